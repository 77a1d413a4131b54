#include "pgfront/negotiation.hpp"

#include <algorithm>
#include <string_view>

namespace smew::pgfront {
namespace {

namespace asio = boost::asio;

using Outcome = Result<std::optional<StartupRequest>>;

constexpr std::uint8_t kTlsHandshakeRecord = 0x16;
constexpr std::uint16_t kNewestMinor = 2;
constexpr std::string_view kAlpnName = "postgresql";
constexpr std::string_view kProtocolOptionPrefix = "_pq_.";

Error protocol_violation(std::string_view message) {
    return {sqlstate::kProtocolViolation, std::string(message)};
}

Error encryption_required() {
    return {sqlstate::kInvalidAuthorization, "this server accepts encrypted connections only", "",
            "Connect with sslmode=require."};
}

asio::awaitable<void> refuse_encryption(Client& client) {
    static constexpr std::uint8_t kNo = 'N';
    co_await client.stream.write({&kNo, 1});
}

}  // namespace

std::string StartupRequest::parameter(std::string_view name) const {
    const auto found = std::find_if(parameters.rbegin(), parameters.rend(),
                                    [name](const auto& parameter) { return parameter.first == name; });
    return found == parameters.rend() ? std::string() : found->second;
}

Result<StartupRequest> read_request(const pgproto::StartupMessage& startup) {
    StartupRequest request;
    request.minor = std::min(startup.minor, kNewestMinor);
    for (const auto& [name, value] : startup.parameters) {
        if (name.starts_with(kProtocolOptionPrefix)) {
            request.unknown_options.emplace_back(name);
        } else {
            request.parameters.emplace_back(name, value);
        }
    }
    request.negotiated = startup.minor > kNewestMinor || !request.unknown_options.empty();
    request.user = request.parameter("user");
    request.database = request.parameter("database");
    if (request.user.empty()) {
        return Error{sqlstate::kInvalidAuthorization, "no PostgreSQL user name specified in startup packet"};
    }
    return request;
}

asio::awaitable<bool> Negotiation::start_direct_tls(Client& client) const {
    if (!offers_tls()) co_return false;
    co_await client.stream.start_tls(tls_->context);
    // Without it this could be a browser led here by a page that wants its words taken for ours (ALPACA).
    co_return client.stream.application_protocol() == kAlpnName;
}

asio::awaitable<Result<bool>> Negotiation::answer_ssl_request(Client& client) const {
    if (!offers_tls()) {
        co_await refuse_encryption(client);
        co_return true;
    }
    // Bytes sent in plain text before the handshake would be taken for encrypted ones after it (CVE-2021-23214).
    if (!client.input.empty()) {
        co_return Error{sqlstate::kProtocolViolation, "received unencrypted data after SSL request",
                        "This could be either a client-software bug or evidence of an attempted man-in-the-middle "
                        "attack."};
    }
    static constexpr std::uint8_t kYes = 'S';
    co_await client.stream.write({&kYes, 1});
    co_await client.stream.start_tls(tls_->context);
    const std::string protocol = client.stream.application_protocol();
    co_return protocol.empty() || protocol == kAlpnName;
}

asio::awaitable<Result<bool>> Negotiation::answer_encryption_request(Client& client, bool ssl, Asked& asked) const {
    bool& asked_before = ssl ? asked.ssl : asked.gss;
    if (asked_before || client.stream.tls()) co_return protocol_violation("unexpected request for encryption");
    asked_before = true;
    if (ssl) co_return co_await answer_ssl_request(client);
    co_await refuse_encryption(client);
    co_return true;
}

Result<StartupRequest> Negotiation::accept(const Client& client, const pgproto::StartupMessage& startup) const {
    if (mode_ == config::TlsMode::kRequire && !client.stream.tls()) return encryption_required();
    return read_request(startup);
}

asio::awaitable<Outcome> Negotiation::run(Client& client) const {
    if (co_await client.stream.peek() == kTlsHandshakeRecord) {
        const bool ready = co_await start_direct_tls(client);
        if (!ready) co_return std::nullopt;
    }
    Asked asked;
    for (;;) {
        const auto message = co_await client.input.startup_packet();
        if (!message) co_return message.error();
        const auto packet = pgproto::parse_startup(message->body);
        if (!packet) co_return packet.error();
        if (const auto* request = std::get_if<pgproto::CancelRequest>(&*packet)) {
            fleet_.cancel(request->pid, as_text(request->secret));
            // libpq from version 17 on takes a TLS stream that just stops for a failure of the cancellation.
            co_await client.stream.finish({});
            co_return std::nullopt;
        }
        if (const auto* startup = std::get_if<pgproto::StartupMessage>(&*packet)) {
            auto request = accept(client, *startup);
            if (!request) co_return request.error();
            co_return std::move(*request);
        }
        const bool ssl = std::holds_alternative<pgproto::SslRequest>(*packet);
        const auto ready = co_await answer_encryption_request(client, ssl, asked);
        if (!ready) co_return ready.error();
        if (!*ready) co_return std::nullopt;
    }
}

}  // namespace smew::pgfront
