#pragma once
// What a client sends, as plain structs: parsed by the server, written by the load tester and the tests.
// Views point into the bytes parsed. Source: PostgreSQL 15 documentation, 55.7.

#include "core/bytes.hpp"
#include "core/error.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace smew::pgproto {

// ---- before login
struct StartupMessage {
    std::uint16_t major = 3;
    std::uint16_t minor = 0;
    std::vector<std::pair<std::string_view, std::string_view>> parameters;  // in the order sent
    std::string_view parameter(std::string_view name) const;                // the last of that name; empty when absent
};
struct SslRequest {};
struct GssEncRequest {};
struct CancelRequest {
    std::int32_t pid = 0;
    ByteSpan secret;  // 4 bytes in protocol 3.0, up to 256 in 3.2
};
using StartupPacket = std::variant<StartupMessage, SslRequest, GssEncRequest, CancelRequest>;

// `body` is what take_startup_frame gave. Error 08P01 for anything malformed, 0A000 for a protocol other than 3.x.
Result<StartupPacket> parse_startup(ByteSpan body);

struct SaslInitialResponse {
    std::string_view mechanism;
    std::optional<ByteSpan> data;
};
Result<SaslInitialResponse> parse_sasl_initial_response(ByteSpan body);  // of message 'p'
// A later SASLResponse 'p' is its body; PasswordMessage 'p' is a cstring.

// ---- after login
enum class Format : std::int16_t { kText = 0, kBinary = 1 };

struct Query {
    std::string_view sql;
};
struct Parse {
    std::string_view statement;
    std::string_view sql;
    std::vector<std::uint32_t> parameter_types;  // OIDs; 0: not stated
};
struct Bind {
    std::string_view portal;
    std::string_view statement;
    std::vector<Format> parameter_formats;            // none: all text; one: for all; else one each
    std::vector<std::optional<ByteSpan>> parameters;  // nullopt is NULL
    std::vector<Format> result_formats;               // as parameter_formats
};
enum class Target : char { kStatement = 'S', kPortal = 'P' };
struct Describe {
    Target target;
    std::string_view name;
};
struct Execute {
    std::string_view portal;
    std::int32_t max_rows = 0;
};  // 0: no limit
struct Close {
    Target target;
    std::string_view name;
};
struct Sync {};
struct Flush {};
struct Terminate {};
struct CopyData {
    ByteSpan data;
};
struct CopyDone {};
struct CopyFail {
    std::string_view reason;
};
struct FunctionCall {};  // refused with 0A000; its fields are not read
struct PasswordOrSasl {
    ByteSpan body;
};  // 'p': only expected during login

using FrontendMessage = std::variant<Query, Parse, Bind, Describe, Execute, Close, Sync, Flush, Terminate, CopyData,
                                     CopyDone, CopyFail, FunctionCall, PasswordOrSasl>;

// Error 08P01 naming the message for an unknown type, a missing or left-over byte, an invalid count, format or target.
Result<FrontendMessage> parse_frontend(char type, ByteSpan body);

// ---- writing, for clients of any kind; each appends one whole message. Names are cut at a zero byte; SQL is not, so
// that a server refuses it instead of running a part of it.
void write(std::vector<std::uint8_t>& out, const StartupMessage& message);
void write(std::vector<std::uint8_t>& out, const SslRequest& message);
void write(std::vector<std::uint8_t>& out, const GssEncRequest& message);
void write(std::vector<std::uint8_t>& out, const CancelRequest& message);
void write(std::vector<std::uint8_t>& out, const Query& message);
void write(std::vector<std::uint8_t>& out, const Parse& message);
void write(std::vector<std::uint8_t>& out, const Bind& message);
void write(std::vector<std::uint8_t>& out, const Describe& message);
void write(std::vector<std::uint8_t>& out, const Execute& message);
void write(std::vector<std::uint8_t>& out, const Close& message);
void write(std::vector<std::uint8_t>& out, const Sync& message);
void write(std::vector<std::uint8_t>& out, const Flush& message);
void write(std::vector<std::uint8_t>& out, const Terminate& message);
void write(std::vector<std::uint8_t>& out, const CopyData& message);
void write(std::vector<std::uint8_t>& out, const CopyDone& message);
void write(std::vector<std::uint8_t>& out, const CopyFail& message);
void write_sasl_initial_response(std::vector<std::uint8_t>& out, const SaslInitialResponse& message);
void write_sasl_response(std::vector<std::uint8_t>& out, ByteSpan data);

}  // namespace smew::pgproto
