// A client's messages: what is accepted is written back byte for byte.

#include "expect.hpp"
#include "pgproto/frame.hpp"
#include "pgproto/frontend.hpp"

#include <algorithm>

using namespace smew;

namespace {

constexpr std::uint64_t kMaxFrame = 1 << 16;

// Messages that are read but never written.
void write_back(std::vector<std::uint8_t>&, const pgproto::FunctionCall&) {}
void write_back(std::vector<std::uint8_t>& out, const pgproto::PasswordOrSasl& message) {
    pgproto::write_sasl_response(out, message.body);
}
template <class Message>
void write_back(std::vector<std::uint8_t>& out, const Message& message) {
    pgproto::write(out, message);
}

// A negative row limit is read as none.
bool keeps_its_bytes(const pgproto::FrontendMessage& message) {
    const auto* execute = std::get_if<pgproto::Execute>(&message);
    return !std::holds_alternative<pgproto::FunctionCall>(message) && (execute == nullptr || execute->max_rows != 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    ByteSpan input(data, size);
    for (;;) {
        const ByteSpan before = input;
        const pgproto::Frame frame = pgproto::take_frame(input, kMaxFrame);
        if (frame.state != pgproto::FrameState::kFrame) {
            fuzz::expect(input.size() == before.size());
            return 0;
        }
        const auto message = pgproto::parse_frontend(frame.type, frame.body);
        if (!message) {
            fuzz::expect(message.error().code == sqlstate::kProtocolViolation);
        } else if (keeps_its_bytes(*message)) {
            std::vector<std::uint8_t> out;
            std::visit([&out](const auto& typed) { write_back(out, typed); }, *message);
            fuzz::expect(std::ranges::equal(out, before.first(before.size() - input.size())));
        }
    }
}
