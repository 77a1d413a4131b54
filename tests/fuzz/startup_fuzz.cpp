// Startup packets: what is accepted is written back byte for byte.

#include "expect.hpp"
#include "pgproto/frame.hpp"
#include "pgproto/frontend.hpp"

#include <algorithm>
#include <type_traits>

using namespace smew;

namespace {

void check_written_alike(const pgproto::StartupPacket& packet, ByteSpan body) {
    std::vector<std::uint8_t> out;
    std::visit([&out](const auto& message) { pgproto::write(out, message); }, packet);
    ByteSpan rest(out);
    const pgproto::Frame frame = pgproto::take_startup_frame(rest);
    fuzz::expect(frame.state == pgproto::FrameState::kFrame && rest.empty());
    fuzz::expect(std::ranges::equal(frame.body, body));
}

void check_sasl(ByteSpan body) {
    const auto parsed = pgproto::parse_sasl_initial_response(body);
    if (!parsed) return;
    std::vector<std::uint8_t> out;
    pgproto::write_sasl_initial_response(out, *parsed);
    fuzz::expect(std::ranges::equal(ByteSpan(out).subspan(5), body));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    ByteSpan input(data, size);
    check_sasl(input);
    for (;;) {
        const pgproto::Frame frame = pgproto::take_startup_frame(input);
        if (frame.state != pgproto::FrameState::kFrame) return 0;
        const auto packet = pgproto::parse_startup(frame.body);
        if (packet) {
            check_written_alike(*packet, frame.body);
        } else {
            fuzz::expect(!packet.error().message.empty());
        }
    }
}
