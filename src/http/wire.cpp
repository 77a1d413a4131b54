#include "http/wire.hpp"

#include "core/random.hpp"
#include "http/problem.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/rfc7230.hpp>

#include <algorithm>
#include <cctype>

namespace smew::http::wire {
namespace {

namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
using bhttp::field;

constexpr std::size_t kRequestIdDigits = 32;
constexpr std::size_t kMaxRequestId = 128;

bool sane_request_id(std::string_view text) {
    return !text.empty() && text.size() <= kMaxRequestId && std::all_of(text.begin(), text.end(), [](unsigned char c) {
        return std::isalnum(c) || c == '-' || c == '_' || c == '.';
    });
}

// Nothing that came from a user ends a header line.
std::string one_line(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
    return text;
}

}  // namespace

Head head_of(const Parser& parser, const Peer& client) {
    const auto& message = parser.get();
    Head head;
    head.method = message.method_string();
    head.target = message.target();
    head.authorization = message[field::authorization];
    head.content_type = message[field::content_type];
    head.content_encoding = message[field::content_encoding];
    head.host = message[field::host];
    head.idempotency_key = message["X-Idempotency-Key"];
    if (head.idempotency_key.empty()) head.idempotency_key = message["Idempotency-Key"];
    head.request_id = message["X-Request-ID"];
    if (!sane_request_id(head.request_id)) head.request_id = random_hex(kRequestIdDigits);
    head.accept_encoding = message[field::accept_encoding];
    head.if_none_match = message[field::if_none_match];
    head.client_address = client.address;
    head.client_network = client.network;
    head.client_port = client.port;
    head.traceparent = message["traceparent"];
    head.sentry_trace = message["sentry-trace"];
    head.baggage = message["baggage"];
    return head;
}

bool expects_continue(const Parser& parser) {
    return parser.get().version() >= 11 && beast::iequals(parser.get()[field::expect], "100-continue");
}

bool expects_more(const Parser& parser) {
    return parser.get().count(field::expect) > 0 && !beast::iequals(parser.get()[field::expect], "100-continue");
}

Reply reply_of(const Response& response, const std::string& request_id, const ReplyTerms& terms) {
    Reply reply(static_cast<bhttp::status>(response.status), terms.version);
    reply.set(field::server, "smew");
    reply.set("X-Request-ID", request_id);
    reply.set(field::cache_control, "no-store");
    reply.set("X-Content-Type-Options", "nosniff");
    if (!response.content_type.empty()) reply.set(field::content_type, one_line(response.content_type));
    for (const auto& [name, value] : response.headers) reply.set(name, one_line(value));
    reply.keep_alive(terms.keep_alive);
    if (!terms.size && terms.version >= 11) reply.chunked(true);
    if (terms.size && response.status != 204 && response.status != 304) reply.content_length(*terms.size);
    return reply;
}

std::optional<Response> complaint(const boost::system::error_code& error, const std::string& request_id) {
    if (error == bhttp::error::end_of_stream || error == bhttp::error::partial_message) return std::nullopt;
    if (error.category() != bhttp::make_error_code(bhttp::error::bad_method).category()) return std::nullopt;
    Problem problem{.status = 400, .code = "malformed_request", .message = "the request is not valid HTTP/1.1"};
    if (error == bhttp::error::header_limit || error == bhttp::error::buffer_overflow) {
        problem = {.status = 431, .code = "headers_too_large", .message = "the request's header is too large"};
    }
    problem.details["reason"] = error.message();
    return to_response(problem, "", request_id, "");
}

}  // namespace smew::http::wire
