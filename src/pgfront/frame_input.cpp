#include "pgfront/frame_input.hpp"

#include "pgproto/frame.hpp"

namespace smew::pgfront {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kReadBytes = 4096;

Error invalid_length(std::string_view what) {
    return {sqlstate::kProtocolViolation, std::string("invalid length of ").append(what)};
}

// Copies the frame out and drops it from the buffer that `rest` is the end of.
Message take_out(const pgproto::Frame& frame, std::vector<std::uint8_t>& buffer, ByteSpan rest) {
    Message message{frame.type, {frame.body.begin(), frame.body.end()}};
    buffer.erase(buffer.begin(), buffer.end() - static_cast<std::ptrdiff_t>(rest.size()));
    return message;
}

}  // namespace

asio::awaitable<Result<Message>> FrameInput::startup_packet() {
    for (;;) {
        ByteSpan rest(buffer_);
        const pgproto::Frame frame = pgproto::take_startup_frame(rest);
        if (frame.state == pgproto::FrameState::kMalformed) co_return invalid_length("startup packet");
        if (frame.state == pgproto::FrameState::kFrame) co_return take_out(frame, buffer_, rest);
        co_await read_more();
    }
}

asio::awaitable<Result<Message>> FrameInput::message(std::size_t max_bytes) {
    for (;;) {
        ByteSpan rest(buffer_);
        const pgproto::Frame frame = pgproto::take_frame(rest, max_bytes);
        if (frame.state == pgproto::FrameState::kMalformed) co_return invalid_length("message");
        if (frame.state == pgproto::FrameState::kFrame) co_return take_out(frame, buffer_, rest);
        co_await read_more();
    }
}

std::string FrameInput::take_rest() {
    std::string rest(as_text(buffer_));
    buffer_.clear();
    return rest;
}

asio::awaitable<void> FrameInput::read_more() {
    const std::size_t filled = buffer_.size();
    buffer_.resize(filled + kReadBytes);
    const auto into = asio::buffer(buffer_.data() + filled, kReadBytes);
    std::size_t got = 0;
    try {
        got = co_await stream_.read_some(into);
    } catch (...) {
        buffer_.resize(filled);
        throw;
    }
    buffer_.resize(filled + got);
}

}  // namespace smew::pgfront
