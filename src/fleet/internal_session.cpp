#include "fleet/internal_session.hpp"

#include "pgproto/backend.hpp"
#include "pgproto/frame.hpp"

#include <array>
#include <poll.h>
#include <sys/socket.h>

namespace smew::fleet {
namespace {

using Deadline = std::chrono::steady_clock::time_point;

constexpr std::uint64_t kMaxFrameBytes = 64U << 20;

class Conversation {
public:
    Conversation(int socket, Deadline deadline) : socket_(socket), deadline_(deadline) {}

    Result<void> send(const pgproto::Buffer& bytes) {
        std::size_t sent = 0;
        while (sent < bytes.size()) {
            if (const Result<void> ready = wait(POLLOUT); !ready) return ready.error();
            const ssize_t count =
                ::send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
            if (count < 0 && errno != EAGAIN && errno != EINTR) return gone();
            if (count > 0) sent += static_cast<std::size_t>(count);
        }
        return {};
    }

    // Reads messages up to and including the next ReadyForQuery.
    Result<Rows> read_until_ready() {
        Rows rows;
        std::optional<Error> failed;
        for (;;) {
            ByteSpan input = ByteSpan(incoming_).subspan(consumed_);
            const pgproto::Frame frame = pgproto::take_frame(input, kMaxFrameBytes);
            if (frame.state == pgproto::FrameState::kMalformed) return gone();
            if (frame.state == pgproto::FrameState::kNeedMore) {
                if (const Result<void> more = receive(); !more) return failed ? *failed : more.error();
                continue;
            }
            consumed_ = incoming_.size() - input.size();
            const Result<pgproto::BackendMessage> message = pgproto::parse_backend(frame.type, frame.body);
            if (!message) return message.error();
            if (std::holds_alternative<pgproto::ReadyForQuery>(*message)) break;
            take(*message, rows, failed);
        }
        if (failed) return *failed;
        return rows;
    }

private:
    static Error gone() { return error_for(CancelReason::kWorkerLost); }

    static void take(const pgproto::BackendMessage& message, Rows& rows, std::optional<Error>& failed) {
        if (const auto* description = std::get_if<pgproto::RowDescription>(&message)) {
            rows = {};
            for (const auto& field : description->fields) rows.columns.push_back(field.name);
        } else if (const auto* row = std::get_if<pgproto::DataRow>(&message)) {
            auto& values = rows.rows.emplace_back();
            for (const auto& value : row->values) {
                values.push_back(value ? std::optional<std::string>(as_text(*value)) : std::nullopt);
            }
        } else if (const auto* complete = std::get_if<pgproto::CommandComplete>(&message)) {
            rows.tag = complete->tag;
        } else if (const auto* error = std::get_if<pgproto::ErrorResponse>(&message)) {
            if (!failed) failed = error->error;
        }
    }

    Result<void> receive() {
        if (const Result<void> ready = wait(POLLIN); !ready) return ready.error();
        incoming_.erase(incoming_.begin(), incoming_.begin() + static_cast<std::ptrdiff_t>(consumed_));
        consumed_ = 0;
        std::array<std::uint8_t, 65536> chunk;
        const ssize_t count = ::recv(socket_, chunk.data(), chunk.size(), MSG_DONTWAIT);
        if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) return gone();
        if (count > 0) incoming_.insert(incoming_.end(), chunk.begin(), chunk.begin() + count);
        return {};
    }

    Result<void> wait(short events) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - std::chrono::steady_clock::now());
        pollfd descriptor{.fd = socket_, .events = events, .revents = 0};
        if (left.count() <= 0 || ::poll(&descriptor, 1, static_cast<int>(left.count())) == 0) {
            return error_for(CancelReason::kStatementTimeout);
        }
        return {};
    }

    int socket_;
    Deadline deadline_;
    pgproto::Buffer incoming_;
    std::size_t consumed_ = 0;
};

constexpr std::size_t kCopyPiece = 1U << 20;

}  // namespace

// Rows and their end are sent without waiting for the server to ask: what it does not want it passes over.
Result<void> run_internal_copy(const UniqueFd& socket, std::string_view sql, std::string_view rows,
                               std::chrono::milliseconds timeout) {
    Conversation conversation(socket.get(), std::chrono::steady_clock::now() + timeout);
    if (const Result<Rows> greeting = conversation.read_until_ready(); !greeting) return greeting.error();
    pgproto::Buffer message;
    pgproto::write(message, pgproto::Query{sql});
    while (!rows.empty()) {
        const std::string_view piece = rows.substr(0, kCopyPiece);
        pgproto::write(message, pgproto::CopyData{as_bytes(piece)});
        if (const Result<void> sent = conversation.send(message); !sent) return sent.error();
        message.clear();
        rows.remove_prefix(piece.size());
    }
    pgproto::write(message, pgproto::CopyDone{});
    if (const Result<void> sent = conversation.send(message); !sent) return sent.error();
    const Result<Rows> answer = conversation.read_until_ready();
    if (!answer) return answer.error();
    return {};
}

Result<Rows> run_internal_query(const UniqueFd& socket, std::string_view sql, std::chrono::milliseconds timeout) {
    Conversation conversation(socket.get(), std::chrono::steady_clock::now() + timeout);
    if (const Result<Rows> greeting = conversation.read_until_ready(); !greeting) return greeting.error();
    pgproto::Buffer message;
    pgproto::write(message, pgproto::Query{sql});
    if (const Result<void> sent = conversation.send(message); !sent) return sent.error();
    Result<Rows> rows = conversation.read_until_ready();
    message.clear();
    pgproto::write(message, pgproto::Terminate{});
    if (rows) (void)conversation.send(message);  // the answer is here; closing the socket says the same
    return rows;
}

}  // namespace smew::fleet
