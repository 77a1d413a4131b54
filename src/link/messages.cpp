#include "link/messages.hpp"

#include "link/wire.hpp"

namespace smew::link {
namespace {

using wire::Decoder;
using wire::Encoder;

constexpr std::size_t kLengthBytes = 4;
constexpr std::size_t kTypeBytes = kHeaderBytes - kLengthBytes;

// A type's number is its place in Message.
template <std::size_t... I>
bool read_payload(Message& message, std::size_t type, Decoder& in, std::index_sequence<I...>) {
    return ((I == type && (in.read(message.emplace<I>()), true)) || ...);
}

Error malformed(std::string detail) {
    return {sqlstate::kInternalError, "malformed frame on the link between gateway and worker", std::move(detail)};
}

Result<Message> decode_rest(ByteSpan rest) {
    ByteReader header(rest.first(kTypeBytes));
    const std::uint16_t type = header.u16();
    Decoder payload(rest.subspan(kTypeBytes));
    Message message;
    if (!read_payload(message, type, payload, std::make_index_sequence<std::variant_size_v<Message>>{})) {
        return malformed("unknown message type " + std::to_string(type));
    }
    if (!payload.complete()) return malformed("bad payload of message type " + std::to_string(type));
    return message;
}

}  // namespace

bool carries_fd(const Message& message) {
    return std::holds_alternative<Start>(message) || std::holds_alternative<AdoptSession>(message);
}

void encode(std::vector<std::uint8_t>& out, const Message& message) {
    ByteWriter writer(out);
    const std::size_t start = writer.position();
    writer.u32(0);
    writer.u16(static_cast<std::uint16_t>(message.index()));
    std::visit([&out](const auto& body) { Encoder(out).write(body); }, message);
    writer.patch_u32(start, static_cast<std::uint32_t>(writer.position() - start - kLengthBytes));
}

Result<std::optional<Message>> decode(ByteSpan& input) {
    ByteReader reader(input);
    const std::uint32_t length = reader.u32();
    if (!reader.ok()) return std::optional<Message>();
    if (length < kTypeBytes || length > kMaxFrameBytes) {
        return malformed("impossible frame length " + std::to_string(length));
    }
    if (reader.remaining() < length) return std::optional<Message>();
    auto message = decode_rest(reader.bytes(length));
    if (!message) return message.error();
    input = input.subspan(kLengthBytes + length);
    return std::optional<Message>(std::move(*message));
}

}  // namespace smew::link
