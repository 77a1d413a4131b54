// A server's messages, as a client reads them. Errors are written back and read again unchanged.

#include "expect.hpp"
#include "pgproto/backend.hpp"
#include "pgproto/frame.hpp"

using namespace smew;

namespace {

constexpr std::uint64_t kMaxFrame = 1 << 16;

void check_error_round_trip(const Error& error) {
    pgproto::Buffer out;
    pgproto::write_error(out, pgproto::Severity::kError, error);
    const auto again = pgproto::parse_backend('E', ByteSpan(out).subspan(5));
    fuzz::expect(again.has_value());
    const Error& read = std::get<pgproto::ErrorResponse>(*again).error;
    fuzz::expect(read.message == error.message && read.detail == error.detail && read.hint == error.hint);
    fuzz::expect(read.position == error.position);
}

void check_row_description(const pgproto::RowDescription& description) {
    pgproto::Buffer out;
    pgproto::write_row_description(out, description.fields);
    const auto again = pgproto::parse_backend('T', ByteSpan(out).subspan(5));
    fuzz::expect(again.has_value());
    fuzz::expect(std::get<pgproto::RowDescription>(*again).fields.size() == description.fields.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    ByteSpan input(data, size);
    for (;;) {
        const pgproto::Frame frame = pgproto::take_frame(input, kMaxFrame);
        if (frame.state != pgproto::FrameState::kFrame) return 0;
        const auto message = pgproto::parse_backend(frame.type, frame.body);
        if (!message) {
            fuzz::expect(message.error().code == sqlstate::kProtocolViolation);
        } else if (const auto* error = std::get_if<pgproto::ErrorResponse>(&*message)) {
            check_error_round_trip(error->error);
        } else if (const auto* description = std::get_if<pgproto::RowDescription>(&*message)) {
            check_row_description(*description);
        }
    }
}
