#include "pgproto/frame.hpp"

#include "core/byte_io.hpp"

namespace smew::pgproto {
namespace {

constexpr std::uint64_t kLengthBytes = 4;
constexpr std::uint64_t kTypeBytes = 1;
constexpr std::uint64_t kRequestCodeBytes = 4;
// PostgreSQL's MAX_STARTUP_PACKET_LENGTH, which bounds the packet without its length field.
constexpr std::uint64_t kMaxStartupBody = 10'000;

std::uint64_t length_field(ByteSpan input) {
    return ByteReader(input.first(kLengthBytes)).u32();
}

Frame malformed() {
    return {.state = FrameState::kMalformed};
}

Frame take(ByteSpan& input, char type, std::uint64_t header_bytes, std::uint64_t frame_bytes) {
    if (input.size() < frame_bytes) return {.state = FrameState::kNeedMore, .need_bytes = frame_bytes};
    const ByteSpan body = input.subspan(header_bytes, frame_bytes - header_bytes);
    input = input.subspan(frame_bytes);
    return {.state = FrameState::kFrame, .type = type, .body = body};
}

}  // namespace

Frame take_frame(ByteSpan& input, std::uint64_t max_bytes) {
    constexpr std::uint64_t header = kTypeBytes + kLengthBytes;
    if (input.size() < header) return {};
    const std::uint64_t length = length_field(input.subspan(kTypeBytes));
    if (length < kLengthBytes || length + kTypeBytes > max_bytes) return malformed();
    return take(input, static_cast<char>(input.front()), header, length + kTypeBytes);
}

Frame take_startup_frame(ByteSpan& input) {
    if (input.size() < kLengthBytes) return {};
    const std::uint64_t length = length_field(input);
    if (length < kLengthBytes + kRequestCodeBytes || length > kLengthBytes + kMaxStartupBody) return malformed();
    return take(input, 0, kLengthBytes, length);
}

}  // namespace smew::pgproto
