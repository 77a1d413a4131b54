#include "http/server.hpp"

#include "http/connection.hpp"
#include "telemetry/log.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <condition_variable>
#include <mutex>
#include <unordered_set>

namespace smew::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kMaxConnections = 2000;
// When the process has no descriptor left, trying again at once would only burn a core.
constexpr std::chrono::milliseconds kAcceptPause{100};
constexpr std::chrono::milliseconds kForceWait{1000};

[[noreturn]] void fail_listen(const std::string& where, const std::string& why) {
    throw ErrorException({sqlstate::kConnectionException, "http_listen " + where + ": " + why});
}

tcp::endpoint resolve(asio::io_context& io, const std::string& where) {
    const std::size_t colon = where.rfind(':');
    if (colon == std::string::npos) fail_listen(where, "must be HOST:PORT");
    std::string host = where.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    boost::system::error_code error;
    const auto found = tcp::resolver(io).resolve(host, where.substr(colon + 1),
                                                 tcp::resolver::passive | tcp::resolver::numeric_service, error);
    if (error || found.empty()) fail_listen(where, error.message());
    return found.begin()->endpoint();
}

tcp::acceptor bind(asio::io_context& io, const std::string& where) {
    const tcp::endpoint endpoint = resolve(io, where);
    tcp::acceptor acceptor(asio::make_strand(io));
    boost::system::error_code error;
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) fail_listen(where, error.message());
    return acceptor;
}

class BeastServer final : public Server {
public:
    BeastServer(asio::io_context& io, Services services, const net::Tls* tls)
        : io_(io),
          context_(std::move(services)),
          dispatcher_(context_),
          lanes_(static_cast<std::size_t>(context_.settings.http_threads)),
          tls_(tls),
          acceptor_(bind(io, context_.settings.http_listen)) {}

    ~BeastServer() override { lanes_.join(); }

    void start() override {
        begin_task();
        asio::co_spawn(acceptor_.get_executor(), accept_all(), [this](const std::exception_ptr& error) {
            if (error) log::error("http_listener_failed");
            end_task();
        });
    }

    std::string address() const override {
        const tcp::endpoint endpoint = acceptor_.local_endpoint();
        const std::string host = endpoint.address().to_string();
        return (endpoint.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(endpoint.port());
    }

    void set_pg_address(std::string address) override { context_.set_pg_address(std::move(address)); }
    void set_ready(bool ready) override { context_.ready = ready; }

    void stop(std::chrono::milliseconds grace) override {
        context_.stopping = true;
        asio::post(acceptor_.get_executor(), [this] { close_listener(); });
        for (const auto& connection : connections()) connection->end_when_idle();
        if (wait_for_end(grace)) return;
        for (const auto& connection : connections()) connection->abort();
        if (!wait_for_end(kForceWait))
            log::warning("http_requests_outlive_stop", {{"connections", connections().size()}});
    }

private:
    asio::awaitable<void> accept_all() {
        while (acceptor_.is_open()) {
            auto [error, socket] = co_await acceptor_.async_accept(asio::make_strand(io_), kTuple);
            if (error == asio::error::operation_aborted || context_.stopping) co_return;
            if (!error) {
                open(std::move(socket));
                continue;
            }
            log::warning("http_accept_failed", {{"error", error.message()}});
            asio::steady_timer pause(acceptor_.get_executor(), kAcceptPause);
            (void)co_await pause.async_wait(kTuple);
        }
    }

    void open(tcp::socket socket) {
        {
            const std::lock_guard guard(mutex_);
            if (connections_.size() >= kMaxConnections) {
                log::warning("http_connections_exhausted", {{"limit", kMaxConnections}});
                return;  // closes it
            }
        }
        const auto executor = socket.get_executor();
        auto connection = make_connection({context_, dispatcher_, lanes_}, std::move(socket), tls_);
        {
            const std::lock_guard guard(mutex_);
            connections_.insert(connection);
        }
        begin_task();
        asio::co_spawn(executor, connection->run(), [this, connection](const std::exception_ptr& error) {
            if (error) log::error("http_connection_failed");
            {
                const std::lock_guard guard(mutex_);
                connections_.erase(connection);
            }
            end_task();
        });
        if (context_.stopping) connection->end_when_idle();
    }

    void close_listener() {
        boost::system::error_code ignored;
        acceptor_.close(ignored);
    }

    std::vector<std::shared_ptr<Connection>> connections() {
        const std::lock_guard guard(mutex_);
        return {connections_.begin(), connections_.end()};
    }

    void begin_task() {
        const std::lock_guard guard(mutex_);
        ++tasks_;
    }
    void end_task() {
        const std::lock_guard guard(mutex_);
        --tasks_;
        ended_.notify_all();
    }
    bool wait_for_end(std::chrono::milliseconds limit) {
        std::unique_lock lock(mutex_);
        return ended_.wait_for(lock, limit, [this] { return tasks_ == 0; });
    }

    asio::io_context& io_;
    Context context_;
    Dispatcher dispatcher_;
    Lanes lanes_;
    const net::Tls* tls_;
    tcp::acceptor acceptor_;
    std::mutex mutex_;
    std::condition_variable ended_;
    std::size_t tasks_ = 0;  // the listener and all connections
    std::unordered_set<std::shared_ptr<Connection>> connections_;
};

}  // namespace

std::unique_ptr<Server> Server::create(asio::io_context& io, Services services, const net::Tls* tls) {
    const bool wanted = services.settings.http_tls;
    if (wanted && tls == nullptr) {
        throw ErrorException({sqlstate::kInternalError, "http_tls is on, but there is no certificate"});
    }
    return std::make_unique<BeastServer>(io, std::move(services), wanted ? tls : nullptr);
}

}  // namespace smew::http
