#include "load/pg_connection.hpp"

#include "pgproto/backend.hpp"
#include "pgproto/frame.hpp"
#include "pgproto/frontend.hpp"

#include <algorithm>

namespace smew::load {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::uint64_t kMostFrameBytes = 1 << 30;
constexpr std::size_t kMostReadBytes = 256 << 10;

// Reads an ErrorResponse; what is none becomes an error of its own.
Error server_error(ByteSpan body) {
    const auto parsed = pgproto::parse_backend('E', body);
    if (!parsed) return parsed.error();
    return std::get<pgproto::ErrorResponse>(*parsed).error;
}

Error gone(const error_code& error) {
    return {sqlstate::kConnectionFailure, "the connection ended: " + error.message()};
}

}  // namespace

std::string PgConnection::parameter(const std::string& name) const {
    const auto found = parameters_.find(name);
    return found == parameters_.end() ? "" : found->second;
}

void PgConnection::note_parameter(ByteSpan body) {
    if (const auto parsed = pgproto::parse_backend('S', body)) {
        const auto& status = std::get<pgproto::ParameterStatus>(*parsed);
        parameters_[std::string(status.name)] = status.value;
    }
}

void PgConnection::lose() {
    connected_ = false;
    stream_.close();
}

asio::awaitable<Result<void>> PgConnection::send(std::size_t sent) {
    const error_code error = co_await stream_.write(ByteSpan(out_).subspan(sent));
    out_.clear();
    if (!error) co_return Result<void>();
    co_return gone(error);
}

bool PgConnection::take_buffered(Message& message, bool& malformed) {
    ByteSpan left(in_.data() + begin_, end_ - begin_);
    const pgproto::Frame frame = pgproto::take_frame(left, kMostFrameBytes);
    malformed = frame.state == pgproto::FrameState::kMalformed;
    if (frame.state == pgproto::FrameState::kFrame) {
        message = {frame.type, frame.body};
        begin_ = end_ - left.size();
        return true;
    }
    // Makes room at the end for what is missing.
    std::copy(in_.begin() + static_cast<std::ptrdiff_t>(begin_), in_.begin() + static_cast<std::ptrdiff_t>(end_),
              in_.begin());
    end_ -= begin_;
    begin_ = 0;
    if (frame.need_bytes > in_.size()) in_.resize(static_cast<std::size_t>(frame.need_bytes));
    if (end_ == in_.size()) in_.resize(2 * in_.size());
    return false;
}

asio::awaitable<Result<PgConnection::Message>> PgConnection::receive() {
    Message message;
    bool malformed = false;
    while (!take_buffered(message, malformed)) {
        if (malformed)
            co_return Error{sqlstate::kProtocolViolation, "the server sent a message of an impossible length"};
        const auto room = std::span(in_).subspan(end_);
        const auto [error, size] = co_await stream_.read_some(room);
        if (error) co_return gone(error);
        end_ += size;
        // Large results come in large reads.
        if (size == room.size() && in_.size() < kMostReadBytes) in_.resize(2 * in_.size());
    }
    co_return message;
}

int PgConnection::note(const Message& message, const RowVisitor* rows, Exchange& result) {
    switch (message.type) {
        case 'D':
            ++result.rows;
            result.bytes += message.body.size();
            if (rows != nullptr) (*rows)(message.body);
            return 0;
        case 'C':
            result.tag = as_text(message.body.first(message.body.empty() ? 0 : message.body.size() - 1));
            return 0;
        case 'E':
            if (!result.error) result.error = server_error(message.body);
            return 0;
        case 'S':
            note_parameter(message.body);
            return 0;
        default:
            return message.type == 'Z' ? 1 : 0;
    }
}

asio::awaitable<Exchange> PgConnection::exchange(const RowVisitor* rows, int syncs) {
    Exchange result;
    Result<void> alive;
    const std::size_t sent = stream_.write_now(out_);
    if (sent < out_.size()) alive = co_await send(sent);
    out_.clear();
    while (alive && syncs > 0) {
        // What is in the buffer needs no waiting, and rows are most of it.
        Message message;
        bool malformed = false;
        if (!take_buffered(message, malformed)) {
            const auto received = co_await receive();
            if (!received) {
                alive = received.error();
                break;
            }
            message = *received;
        }
        syncs -= note(message, rows, result);
    }
    if (!alive) {
        result.lost = true;
        if (!result.error) result.error = alive.error();
        lose();
    }
    co_return result;
}

asio::awaitable<Exchange> PgConnection::query(std::string_view sql, const RowVisitor* rows) {
    pgproto::write(out_, pgproto::Query{sql});
    co_return co_await exchange(rows);
}

asio::awaitable<void> PgConnection::close() {
    if (connected_) {
        pgproto::write(out_, pgproto::Terminate{});
        co_await send();
    }
    lose();
}

}  // namespace smew::load
