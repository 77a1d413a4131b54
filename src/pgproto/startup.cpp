#include "core/byte_io.hpp"
#include "pgproto/fields.hpp"
#include "pgproto/frontend.hpp"
#include "pgproto/open_frame.hpp"

#include <string>

namespace smew::pgproto {
namespace {

// Codes in the place of a protocol version: major 1234, which no protocol will have.
constexpr std::uint32_t kCancelCode = (1234U << 16) | 5678;
constexpr std::uint32_t kSslCode = (1234U << 16) | 5679;
constexpr std::uint32_t kGssEncCode = (1234U << 16) | 5680;

constexpr std::size_t kMinCancelSecret = 4;
constexpr std::size_t kMaxCancelSecret = 256;

Result<StartupPacket> parse_cancel(ByteReader reader) {
    CancelRequest request{.pid = reader.i32(), .secret = reader.rest()};
    if (!reader.ok()) return incomplete("CancelRequest", reader);
    if (request.secret.size() < kMinCancelSecret || request.secret.size() > kMaxCancelSecret) {
        return malformed("CancelRequest", "the key must have 4 to 256 bytes");
    }
    return StartupPacket{request};
}

template <class Request>
Result<StartupPacket> parse_bare(std::string_view name, const ByteReader& reader) {
    if (!reader.complete()) return incomplete(name, reader);
    return StartupPacket{Request{}};
}

Error unsupported_version(std::uint32_t version) {
    return {sqlstate::kFeatureNotSupported, "unsupported frontend protocol " + std::to_string(version >> 16) + "." +
                                                std::to_string(version & 0xFFFF) + ": server supports 3.0 to 3.2"};
}

Result<StartupPacket> parse_parameters(std::uint32_t version, ByteReader reader) {
    StartupMessage message{.major = static_cast<std::uint16_t>(version >> 16),
                           .minor = static_cast<std::uint16_t>(version & 0xFFFF),
                           .parameters = {}};
    for (;;) {
        const std::string_view name = read_string(reader);
        if (!reader.ok()) return malformed("StartupMessage", "the terminator is missing");
        if (name.empty()) break;
        const std::string_view value = read_string(reader);
        if (!reader.ok()) return malformed("StartupMessage", "a parameter has no value");
        message.parameters.emplace_back(name, value);
    }
    if (!reader.complete()) return incomplete("StartupMessage", reader);
    return StartupPacket{std::move(message)};
}

void write_code(std::vector<std::uint8_t>& out, std::uint32_t code) {
    OpenFrame(out)->u32(code);
}

}  // namespace

std::string_view StartupMessage::parameter(std::string_view name) const {
    // The last one counts when a name is repeated, as in PostgreSQL.
    for (auto it = parameters.rbegin(); it != parameters.rend(); ++it) {
        if (it->first == name) return it->second;
    }
    return {};
}

Result<StartupPacket> parse_startup(ByteSpan body) {
    ByteReader reader(body);
    const std::uint32_t code = reader.u32();
    if (!reader.ok()) return incomplete("StartupMessage", reader);
    if (code == kCancelCode) return parse_cancel(reader);
    if (code == kSslCode) return parse_bare<SslRequest>("SSLRequest", reader);
    if (code == kGssEncCode) return parse_bare<GssEncRequest>("GSSENCRequest", reader);
    if (code >> 16 != 3) return unsupported_version(code);
    return parse_parameters(code, reader);
}

Result<SaslInitialResponse> parse_sasl_initial_response(ByteSpan body) {
    ByteReader reader(body);
    SaslInitialResponse response{.mechanism = read_string(reader), .data = {}};
    const std::int32_t length = reader.i32();
    if (length < -1) return malformed("SASLInitialResponse", "the length of its data is negative");
    if (length >= 0) response.data = reader.bytes(static_cast<std::size_t>(length));
    if (!reader.complete()) return incomplete("SASLInitialResponse", reader);
    return response;
}

void write(std::vector<std::uint8_t>& out, const StartupMessage& message) {
    OpenFrame frame(out);
    frame->u16(message.major);
    frame->u16(message.minor);
    for (const auto& [name, value] : message.parameters) {
        frame.cut_cstring(name);
        frame.cut_cstring(value);
    }
    frame->u8(0);
}

void write(std::vector<std::uint8_t>& out, const SslRequest&) {
    write_code(out, kSslCode);
}
void write(std::vector<std::uint8_t>& out, const GssEncRequest&) {
    write_code(out, kGssEncCode);
}

void write(std::vector<std::uint8_t>& out, const CancelRequest& message) {
    OpenFrame frame(out);
    frame->u32(kCancelCode);
    frame->i32(message.pid);
    frame->bytes(message.secret);
}

void write_sasl_initial_response(std::vector<std::uint8_t>& out, const SaslInitialResponse& message) {
    OpenFrame frame(out, 'p');
    frame.cut_cstring(message.mechanism);
    frame->i32(message.data ? static_cast<std::int32_t>(message.data->size()) : -1);
    if (message.data) frame->bytes(*message.data);
}

void write_sasl_response(std::vector<std::uint8_t>& out, ByteSpan data) {
    OpenFrame(out, 'p')->bytes(data);
}

}  // namespace smew::pgproto
