#include "http/websocket/door.hpp"

#include "http/problem.hpp"
#include "http/websocket/upgrade.hpp"
#include "net/address.hpp"
#include "net/run_blocking.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"  // see http_connection.hpp
#endif

namespace smew::http::websocket {

namespace asio = boost::asio;
namespace bhttp = boost::beast::http;
using telemetry::WebSocketLogin;

namespace {

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kThreads = 8;
constexpr std::chrono::milliseconds kForceWait{1000};

[[noreturn]] void fail_full(std::string message) {
    throw ProblemException({.status = 503,
                            .code = "too_many_connections",
                            .message = std::move(message),
                            .headers = {{"Retry-After", "5"}}});
}

std::string text_of(const UpgradeHead& head, std::string_view name) {
    const auto value = head[name];
    return {value.data(), value.size()};
}

WebSocketLogin outcome_of(int status) {
    if (status == 401 || status == 429) return WebSocketLogin::kAuthFailed;
    if (status == 410) return WebSocketLogin::kExpired;
    return status == 503 ? WebSocketLogin::kLimitReached : WebSocketLogin::kRefused;
}

}  // namespace

Door::Door(Context& context)
    : context_(context),
      gate_(context),
      places_(std::make_shared<net::AddressPlaces>(
          static_cast<std::size_t>(context.settings.websocket_max_connections_total))),
      address_places_(std::make_shared<net::AddressPlaces>(
          static_cast<std::size_t>(context.settings.websocket_max_connections_per_address))),
      model_(context.settings),
      talk_rates_(context.settings.conversation_max_messages_per_minute),
      pool_(kThreads),
      model_pool_(static_cast<std::size_t>(context.settings.llm_max_concurrent)),
      journal_(context.store, {.conversations = static_cast<std::uint64_t>(context.settings.conversation_max_per_user),
                               .messages = static_cast<std::uint64_t>(context.settings.conversation_max_messages)}) {}

Door::~Door() {
    tasks_.cancel();
    tasks_.wait();
    pool_.join();
    model_pool_.join();
}

Peer Door::admit(const UpgradeHead& head, const asio::ip::tcp::endpoint& client, bool tls) const {
    check_upgrade(head, context_.settings.websocket_allowed_origins, tls);
    if (context_.stopping) fail_full("the server is shutting down");
    Peer peer{.address = net::host_text(client),
              .network = net::client_network(client),
              .port = client.port(),
              .tls = tls,
              .address_place = {},
              .place = {}};
    peer.address_place = address_places_->take(peer.network);
    if (!peer.address_place) {
        fail_full("too many WebSocket connections from this address (websocket_max_connections_per_address)");
    }
    peer.place = places_->take("");
    if (!peer.place) fail_full("too many WebSocket connections (websocket_max_connections_total)");
    return peer;
}

Guest Door::known_guest(const UpgradeHead& head, const Peer& peer, std::chrono::milliseconds& delay) {
    const std::optional<Login> login =
        login_of(text_of(head, "Authorization"), text_of(head, "X-Smew-Workspace"), text_of(head, "X-Smew-Project"));
    if (!login) fail(401, "unauthorized", "the Authorization header must be \"Basic …\" or \"Bearer <key>\"");
    if (!login->key.empty() && login->workspace.empty()) {
        fail(400, "workspace_missing", "a key needs the workspace in the header X-Smew-Workspace");
    }
    auto guest = gate_.judge(*login, {peer.address, peer.network});
    if (guest) return std::move(*guest);
    delay = guest.error().delay;
    if (guest.error().throttled) fail(429, "too_many_failures", guest.error().error.message);
    throw ProblemException(problem_of(guest.error().error, "workspace"));
}

asio::awaitable<Door::Judgement> Door::judge(const UpgradeHead& head, const asio::ip::tcp::endpoint& client, bool tls,
                                             std::string request_id) {
    std::chrono::milliseconds delay{0};
    const auto look = [&]() -> Judgement {
        try {
            Judgement judgement{.refusal = {}, .guest = {}, .peer = admit(head, client, tls)};
            if (!text_of(head, "Authorization").empty()) judgement.guest = known_guest(head, judgement.peer, delay);
            return judgement;
        } catch (const ProblemException& exception) {
            context_.metrics.websocket_login(outcome_of(exception.problem().status));
            return {.refusal = to_response(exception.problem(), kPath, request_id, context_.data_dir()),
                    .guest = {},
                    .peer = {}};
        }
    };
    Judgement judgement = co_await net::run_blocking(pool_, look);
    if (judgement.refusal) judgement.refusal->delay = delay;
    co_return judgement;
}

void Door::welcome(std::unique_ptr<Channel> channel, UpgradeHead head, Judgement judgement) {
    auto session =
        std::make_shared<Session>(House{context_, gate_, pool_, tasks_, journal_, model_, model_pool_, talk_rates_},
                                  std::move(channel), std::move(judgement.peer), std::move(judgement.guest));
    {
        const std::lock_guard lock(mutex_);
        std::erase_if(sessions_, [](const std::weak_ptr<Session>& one) { return one.expired(); });
        sessions_.push_back(session);
    }
    session->start(std::move(head));
}

void Door::stop(std::chrono::milliseconds grace) {
    std::vector<std::weak_ptr<Session>> all;
    {
        const std::lock_guard lock(mutex_);
        all.swap(sessions_);
    }
    for (const std::weak_ptr<Session>& one : all) {
        if (const auto session = one.lock()) session->stop();
    }
    if (tasks_.wait_for(grace)) return;
    tasks_.cancel();
    (void)tasks_.wait_for(kForceWait);
}

}  // namespace smew::http::websocket
