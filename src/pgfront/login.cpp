#include "pgfront/login.hpp"

#include "pgproto/frontend.hpp"
#include "telemetry/log.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>

// g++ 12 pairs the coroutine frame's operator delete with the wrong operator new once both are inlined.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace smew::pgfront {
namespace {

namespace asio = boost::asio;
using telemetry::ConnectionStatus;

// PostgreSQL's PG_MAX_SASL_MESSAGE_LENGTH, and the frame around it.
constexpr std::size_t kMaxSaslFrame = 1024 + 5;
constexpr std::uint16_t kSupportedMinor = 2;

Error too_many_failures() {
    return {sqlstate::kInvalidAuthorization, "too many failed login attempts", "", "Wait some minutes and try again."};
}

Error wrong_password(std::string_view user) {
    return {sqlstate::kInvalidPassword, "password authentication failed for user \"" + std::string(user) + "\""};
}

Error unexpected_message(char type) {
    return {sqlstate::kProtocolViolation,
            "expected SASL response, got message type " + std::to_string(static_cast<unsigned char>(type))};
}

// nullopt when the request may come in.
std::optional<Refusal> check_request(const StartupRequest& request, const catalog::Workspace& workspace, WallTime now) {
    const std::string& database = request.database;
    // Clients that are not told a database name it after the user.
    if (!database.empty() && database != workspace.database() && database != workspace.username) {
        return Refusal{{sqlstate::kInvalidCatalogName, "database \"" + database + "\" does not exist", "",
                        "The database of this user is \"" + workspace.database() + "\"."},
                       ConnectionStatus::kAuthFailed,
                       {}};
    }
    if (workspace.expires_at && *workspace.expires_at <= now) {
        return Refusal{{sqlstate::kInvalidAuthorization, "workspace \"" + workspace.name + "\" has expired",
                        "It expired at " + to_iso8601(*workspace.expires_at) + ".",
                        "Ask the project's admin for more time or for a new workspace."},
                       ConnectionStatus::kExpired,
                       {}};
    }
    return std::nullopt;
}

void write_sasl_request(pgproto::Buffer& out, const StartupRequest& request, const auth::ScramServer& scram) {
    if (request.negotiated) {
        const std::vector<std::string_view> options(request.unknown_options.begin(), request.unknown_options.end());
        pgproto::write_negotiate_protocol_version(out, kSupportedMinor, options);
    }
    pgproto::write_authentication_sasl(out, scram.mechanisms());
}

asio::awaitable<Result<Message>> sasl_message(Client& client) {
    auto message = co_await client.input.message(kMaxSaslFrame);
    if (message && message->type != 'p') co_return unexpected_message(message->type);
    co_return std::move(message);
}

std::chrono::microseconds since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start);
}

// Counts the time of a login, however it ends.
class AuthTimer {
public:
    explicit AuthTimer(telemetry::Metrics& metrics) : metrics_(metrics) {}
    AuthTimer(const AuthTimer&) = delete;
    AuthTimer& operator=(const AuthTimer&) = delete;
    ~AuthTimer() { metrics_.auth_duration(since(start_)); }

private:
    telemetry::Metrics& metrics_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace

ConnectionStatus status_of(const Error& error) {
    return error.code.error_class() == "28" ? ConnectionStatus::kAuthFailed : ConnectionStatus::kError;
}

auth::ScramServer Login::scram_for(const Client& client, std::string_view user,
                                   const std::optional<catalog::Workspace>& workspace) const {
    std::optional<std::vector<std::uint8_t>> binding;
    if (client.stream.tls() && !tls_->channel_binding.empty()) binding = tls_->channel_binding;
    auto mock = auth::ScramVerifier::mock(user, directory_.mock_secret);
    if (!workspace) return {std::move(mock), std::move(binding), true};
    auto verifier = auth::ScramVerifier::parse(workspace->verifier);
    if (!verifier) {
        log::error("workspace_verifier_unreadable", {{"workspace_id", workspace->id.value()}});
        return {std::move(mock), std::move(binding), true};
    }
    return {std::move(*verifier), std::move(binding), false};
}

// Returns the server's final message: the password was right.
asio::awaitable<Result<std::string>> Login::exchange(Client& client, const StartupRequest& request,
                                                     auth::ScramServer scram) const {
    const AuthTimer timer(metrics_);
    pgproto::Buffer out;
    write_sasl_request(out, request, scram);
    co_await client.stream.write(out);

    const auto first = co_await sasl_message(client);
    if (!first) co_return first.error();
    const auto initial = pgproto::parse_sasl_initial_response(first->body);
    if (!initial) co_return initial.error();
    const auto challenge = scram.start(initial->mechanism, initial->data.value_or(ByteSpan{}));
    if (!challenge) co_return challenge.error();
    out.clear();
    pgproto::write_authentication_sasl_continue(out, *challenge);
    co_await client.stream.write(out);

    const auto second = co_await sasl_message(client);
    if (!second) co_return second.error();
    co_return scram.finish(second->body);
}

asio::awaitable<Refusal> Login::failed(const Client& client, std::string_view user, Error error) const {
    // Malformed messages say nothing about a password and are no guess at one.
    if (error.code != sqlstate::kInvalidPassword) co_return Refusal{error, status_of(error), {}};
    const auto verdict = throttle_.failed(client.network, user);
    asio::steady_timer timer(co_await asio::this_coro::executor, verdict.delay);
    co_await timer.async_wait(asio::use_awaitable);
    co_return Refusal{wrong_password(user), ConnectionStatus::kAuthFailed, {}};
}

Login::Outcome Login::let_in(StartupRequest request, catalog::Workspace workspace, pgproto::Buffer proof) const {
    if (auto refusal = check_request(request, workspace, clock_.now())) {
        refusal->before = std::move(proof);
        return std::move(*refusal);
    }
    auto admission = fleet_.admit(workspace, link::Door::kPgwire);
    if (!admission) return Refusal{admission.error(), ConnectionStatus::kLimitReached, std::move(proof)};
    return LoggedIn{std::move(request), std::move(workspace), std::move(*admission), std::move(proof)};
}

asio::awaitable<Login::Outcome> Login::run(Client& client, StartupRequest request) const {
    if (throttle_.check(client.network, request.user).refused) {
        co_return Refusal{too_many_failures(), ConnectionStatus::kAuthFailed, {}};
    }
    auto workspace = directory_.workspace_by_user(request.user);
    auto scram = scram_for(client, request.user, workspace);
    auto proven = co_await exchange(client, request, std::move(scram));
    // Guesses made side by side must not be more than guesses made in turn.
    if (throttle_.check(client.network, request.user).refused) {
        co_return Refusal{too_many_failures(), ConnectionStatus::kAuthFailed, {}};
    }
    if (!proven) {
        if (proven.error().code == sqlstate::kInvalidPassword) {
            const ProjectId project = workspace ? workspace->project : ProjectId();
            events_.login_failed(project, request.user, client.address);
        }
        co_return co_await failed(client, request.user, proven.error());
    }

    throttle_.succeeded(client.network, request.user);
    pgproto::Buffer proof;
    pgproto::write_authentication_sasl_final(proof, *proven);
    co_return let_in(std::move(request), std::move(*workspace), std::move(proof));
}

}  // namespace smew::pgfront
