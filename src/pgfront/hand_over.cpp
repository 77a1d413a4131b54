#include "pgfront/hand_over.hpp"

#include "core/fd.hpp"
#include "core/random.hpp"
#include "link/channel.hpp"
#include "net/run_blocking.hpp"
#include "pgfront/relay.hpp"
#include "pgproto/backend.hpp"
#include "telemetry/log.hpp"

#include <fcntl.h>
#include <functional>
#include <sys/socket.h>

namespace smew::pgfront {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kSessionIdDigits = 16;
constexpr std::size_t kShortCancelKey = 4;  // what protocol 3.0 has room for
constexpr std::size_t kLongCancelKey = 32;
constexpr std::uint16_t kMinorWithLongKeys = 2;

// A session that counts, from its offer to the worker until the fleet reports its end, or lets go of it.
class Counted {
public:
    Counted(telemetry::Metrics& metrics, std::unique_ptr<net::AddressPlaces::Place> place)
        : metrics_(metrics), place_(std::move(place)) {
        metrics_.connections_active(1);
    }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;
    ~Counted() { metrics_.connections_active(-1); }

private:
    telemetry::Metrics& metrics_;
    std::unique_ptr<net::AddressPlaces::Place> place_;
};

// To a socket that is no longer Asio's. What it does not take at once is lost: the connection ends anyway.
void send_fatal(const UniqueFd& socket, const Error& error) {
    pgproto::Buffer message;
    pgproto::write_error(message, pgproto::Severity::kFatal, error);
    ::send(socket.get(), message.data(), message.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

}  // namespace

struct HandOver::Offer {
    catalog::Workspace workspace;
    link::AdoptSession session;
    UniqueFd socket;
    std::unique_ptr<fleet::Admission> admission;
    std::function<void(std::optional<Error>)> ended;
};

link::AdoptSession HandOver::describe(Client& client, const LoggedIn& login) const {
    const bool of_admin = login.workspace.number == 0;  // the database of smew itself
    const bool long_key = login.request.minor >= kMinorWithLongKeys;
    auto key = fleet_.new_backend_key(long_key ? kLongCancelKey : kShortCancelKey);
    return {.session = SessionId("sess_" + random_hex(kSessionIdDigits)),
            .backend_pid = key.pid,
            .cancel_key = std::move(key.secret),
            .protocol_minor = login.request.minor,
            .user = login.request.user,
            .database = of_admin ? login.workspace.username : login.workspace.database(),
            .client_address = client.address,
            .client_port = client.port,
            .tls = client.stream.tls(),
            .parameters = login.request.parameters,
            .read_ahead = client.input.take_rest()};
}

asio::awaitable<Result<void>> HandOver::adopt(Offer offer) const {
    auto call = [this, offer = std::move(offer)]() mutable {
        return fleet_.adopt(offer.workspace, std::move(offer.session), std::move(offer.socket),
                            std::move(offer.admission), std::move(offer.ended));
    };
    // A message to a running worker is quicker than a change of threads.
    if (fleet_.warm(offer.workspace.id)) co_return call();
    co_return co_await net::run_blocking(pool_, std::move(call));
}

asio::awaitable<Result<void>> HandOver::run_plain(Client& client, Offer offer) const {
    auto counted = std::make_shared<Counted>(metrics_, std::move(client.place));
    offer.ended = [counted](const std::optional<Error>&) {};
    offer.socket = client.stream.release();
    // The fleet consumes the socket even when it fails; this one is for telling the client.
    const UniqueFd copy(::fcntl(offer.socket.get(), F_DUPFD_CLOEXEC, 0));
    auto adopted = co_await adopt(std::move(offer));
    if (!adopted) send_fatal(copy, adopted.error());
    co_return adopted;
}

asio::awaitable<Result<void>> HandOver::run_relayed(std::unique_ptr<Client>& client, Offer offer) const {
    auto pair = link::make_socket_pair();
    if (!pair) co_return pair.error();
    auto executor = client->stream.executor();
    asio::local::stream_protocol::socket ours(executor, asio::local::stream_protocol(), pair->first.release());
    auto counted = std::make_shared<Counted>(metrics_, std::move(client->place));
    auto relay = std::make_shared<Relay>(std::move(client), std::move(ours));
    offer.ended = [counted, weak = std::weak_ptr(relay)](std::optional<Error> error) {
        if (const auto living = weak.lock()) living->session_ended(std::move(error));
    };
    offer.socket = std::move(pair->second);
    auto adopted = co_await adopt(std::move(offer));
    if (adopted) {
        relay->start(relays_);
    } else {
        client = relay->take_client();
    }
    co_return adopted;
}

asio::awaitable<Result<void>> HandOver::run(std::unique_ptr<Client>& client, LoggedIn login) const {
    Offer offer{.workspace = {}, .session = describe(*client, login), .socket = {}, .admission = {}, .ended = {}};
    offer.workspace = std::move(login.workspace);
    offer.admission = std::move(login.admission);
    log::info("connection_authenticated", {{"workspace_id", offer.workspace.id.value()},
                                           {"session_id", offer.session.session.value()},
                                           {"address", client->address},
                                           {"tls", offer.session.tls}});
    if (client->stream.tls()) co_return co_await run_relayed(client, std::move(offer));
    co_return co_await run_plain(*client, std::move(offer));
}

}  // namespace smew::pgfront
