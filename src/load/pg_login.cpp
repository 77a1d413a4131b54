// Finding the server, TLS and login. Source: PostgreSQL 15 documentation, 55.2.1 and 55.3.

#include "auth/scram.hpp"
#include "load/pg_connection.hpp"
#include "net/client_tls.hpp"
#include "pgproto/backend.hpp"
#include "pgproto/frontend.hpp"

#include <boost/asio/io_context.hpp>

#include <array>

// g++ 12 takes Asio's way of allocating coroutine frames for a mismatch when it inlines only one half of it.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace smew::load {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::int32_t kAuthOk = 0, kAuthCleartext = 3, kAuthSasl = 10, kAuthSaslContinue = 11, kAuthSaslFinal = 12;

Error unexpected(char type) {
    return {sqlstate::kProtocolViolation,
            std::string("the server sent an unexpected message '") + type + "' during login"};
}

bool offers_scram(ByteSpan mechanisms) {
    return as_text(mechanisms).find(auth::kScramSha256) != std::string_view::npos;
}

// An authentication request of the kind expected, or the error in its place.
Result<ByteSpan> authentication(char type, ByteSpan body, std::int32_t kind) {
    const auto parsed = pgproto::parse_backend(type, body);
    if (!parsed) return parsed.error();
    if (const auto* refused = std::get_if<pgproto::ErrorResponse>(&*parsed)) return refused->error;
    const auto* request = std::get_if<pgproto::Authentication>(&*parsed);
    if (request == nullptr || request->kind != kind) return unexpected(type);
    return request->data;
}

}  // namespace

Result<PgServer> find_server(Dsn dsn) {
    PgServer server;
    if (dsn.tls != TlsMode::kDisable) {
        auto context = net::client_tls({dsn.tls == TlsMode::kVerify, dsn.host, dsn.root_certificate});
        if (!context) return context.error();
        server.tls = std::move(*context);
    }
    asio::io_context io;
    error_code error;
    server.endpoints = asio::ip::tcp::resolver(io).resolve(dsn.host, dsn.port, error);
    if (error) {
        return Error{sqlstate::kConnectionException, "cannot find host \"" + dsn.host + "\": " + error.message()};
    }
    server.dsn = std::move(dsn);
    return server;
}

asio::awaitable<Result<void>> PgConnection::connect() {
    begin_ = end_ = 0;
    out_.clear();
    const error_code error = co_await stream_.connect(server_.endpoints);
    if (error) {
        co_return Error{sqlstate::kConnectionException,
                        "cannot connect to " + server_.dsn.host + ":" + server_.dsn.port + ": " + error.message()};
    }
    Result<void> done = co_await negotiate_tls();
    if (done) done = co_await log_in();
    connected_ = done.has_value();
    if (!connected_) lose();
    co_return done;
}

asio::awaitable<Result<void>> PgConnection::negotiate_tls() {
    if (server_.dsn.tls == TlsMode::kDisable) co_return Result<void>();
    pgproto::write(out_, pgproto::SslRequest{});
    if (const auto sent = co_await send(); !sent) co_return sent;
    std::array<std::uint8_t, 1> answer{};
    const auto [error, size] = co_await stream_.read_some(answer);
    if (error) co_return Error{sqlstate::kConnectionFailure, "the connection ended: " + error.message()};
    if (answer[0] == 'S') {
        const error_code failed = co_await stream_.start_tls(*server_.tls, server_.dsn.host);
        if (failed) co_return Error{sqlstate::kConnectionException, "TLS handshake: " + failed.message()};
        co_return Result<void>();
    }
    if (server_.dsn.tls == TlsMode::kPrefer && answer[0] == 'N') co_return Result<void>();
    co_return Error{sqlstate::kConnectionException, "the server does not speak TLS", "", "Use sslmode=disable."};
}

asio::awaitable<Result<void>> PgConnection::log_in() {
    pgproto::StartupMessage startup;
    startup.parameters = {{"user", server_.dsn.user}, {"database", server_.dsn.database}, {"client_encoding", "UTF8"}};
    if (!server_.dsn.parameters.contains("application_name"))
        startup.parameters.emplace_back("application_name", "smew load");
    for (const auto& [name, value] : server_.dsn.parameters) startup.parameters.emplace_back(name, value);
    pgproto::write(out_, startup);
    if (const auto sent = co_await send(); !sent) co_return sent;
    while (true) {
        const auto message = co_await receive();
        if (!message) co_return message.error();
        const auto parsed = pgproto::parse_backend(message->type, message->body);
        if (!parsed) co_return parsed.error();
        if (const auto* refused = std::get_if<pgproto::ErrorResponse>(&*parsed)) co_return refused->error;
        if (message->type == 'Z') co_return Result<void>();
        if (message->type == 'S') note_parameter(message->body);
        const auto* request = std::get_if<pgproto::Authentication>(&*parsed);
        if (request == nullptr || request->kind == kAuthOk) continue;
        Result<void> answered = co_await answer_authentication(request->kind, request->data);
        if (!answered) co_return answered;
    }
}

asio::awaitable<Result<void>> PgConnection::answer_authentication(std::int32_t kind, ByteSpan data) {
    if (kind == kAuthSasl && offers_scram(data)) co_return co_await log_in_by_scram();
    if (kind != kAuthCleartext) {
        co_return Error{sqlstate::kFeatureNotSupported,
                        "the server asks for a method of login other than SCRAM-SHA-256 and password"};
    }
    const std::string password = std::string(server_.dsn.password.reveal()) + '\0';
    pgproto::write_sasl_response(out_, as_bytes(password));  // a PasswordMessage is the same message with a C string
    co_return co_await send();
}

asio::awaitable<Result<void>> PgConnection::log_in_by_scram() {
    auth::ScramClient scram(server_.dsn.password, {}, &server_.salted);
    const std::string first = scram.first();
    pgproto::write_sasl_initial_response(out_, {auth::kScramSha256, as_bytes(first)});
    if (const auto sent = co_await send(); !sent) co_return sent;
    const auto challenge = co_await receive();
    if (!challenge) co_return challenge.error();
    const auto server_first = authentication(challenge->type, challenge->body, kAuthSaslContinue);
    if (!server_first) co_return server_first.error();
    const auto proof = scram.final(as_text(*server_first));
    if (!proof) co_return proof.error();
    pgproto::write_sasl_response(out_, as_bytes(*proof));
    if (const auto sent = co_await send(); !sent) co_return sent;
    const auto outcome = co_await receive();
    if (!outcome) co_return outcome.error();
    const auto server_final = authentication(outcome->type, outcome->body, kAuthSaslFinal);
    if (!server_final) co_return server_final.error();
    co_return scram.verify(as_text(*server_final));
}

}  // namespace smew::load
