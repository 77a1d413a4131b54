#include "pgsession/wire.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

namespace smew::pgsession {
namespace {

constexpr std::size_t kInputBytes = 32U << 10;
constexpr std::size_t kKeepInputBytes = 256U << 10;
constexpr std::size_t kKeepOutputBytes = 512U << 10;
constexpr std::chrono::milliseconds kSlice{50};

struct ThreadBuffers {
    std::vector<std::uint8_t> in;
    pgproto::Buffer out;
};
// One pair a thread, because a thread drives one session at a time: ten thousand idle sessions hold no buffers.
ThreadBuffers& thread_buffers() {
    thread_local ThreadBuffers buffers;
    return buffers;
}

}  // namespace

Wire::Wire(UniqueFd socket, std::string_view read_ahead) : socket_(std::move(socket)) {
    const int flags = ::fcntl(socket_.get(), F_GETFL);
    ::fcntl(socket_.get(), F_SETFL, flags | O_NONBLOCK);
    const ByteSpan bytes = as_bytes(read_ahead);
    in_.assign(bytes.begin(), bytes.end());
    in_end_ = in_.size();
}

Wire::~Wire() = default;

void Wire::borrow_buffers() {
    ThreadBuffers& spare = thread_buffers();
    if (in_end_ == in_begin_) {
        in_.swap(spare.in);
        in_begin_ = in_end_ = 0;
    }
    if (in_.size() < kInputBytes) in_.resize(kInputBytes);
    if (out_.empty()) out_.swap(spare.out);
}

void Wire::return_buffers() {
    ThreadBuffers& spare = thread_buffers();
    if (in_end_ == in_begin_) {
        in_begin_ = in_end_ = 0;
        if (in_.size() <= kKeepInputBytes) in_.swap(spare.in);
        std::vector<std::uint8_t>().swap(in_);
    } else {
        in_ = std::vector<std::uint8_t>(in_.begin() + static_cast<std::ptrdiff_t>(in_begin_),
                                        in_.begin() + static_cast<std::ptrdiff_t>(in_end_));
        in_end_ -= in_begin_;
        in_begin_ = 0;
    }
    if (unsent() == 0) {
        out_.clear();
        sent_ = 0;
        if (out_.capacity() <= kKeepOutputBytes) out_.swap(spare.out);
        pgproto::Buffer().swap(out_);
    }
}

Wire::Fill Wire::fill() {
    if (in_begin_ > 0) {
        std::memmove(in_.data(), in_.data() + in_begin_, in_end_ - in_begin_);
        in_end_ -= in_begin_;
        in_begin_ = 0;
    }
    // Twice the size at most: who announces 256 MB gets memory for what has arrived.
    if (in_end_ == in_.size()) {
        const std::uint64_t wanted = std::max<std::uint64_t>(expected_, in_end_ + 1);
        in_.resize(std::min<std::uint64_t>(std::max<std::uint64_t>(wanted, kInputBytes), in_.size() * 2 + kInputBytes));
    }
    for (;;) {
        const ssize_t got = ::recv(socket_.get(), in_.data() + in_end_, in_.size() - in_end_, MSG_DONTWAIT);
        if (got > 0) {
            in_end_ += static_cast<std::size_t>(got);
            return in_end_ == in_.size() ? Fill::kFull : Fill::kPart;
        }
        if (got == 0) return Fill::kClosed;
        if (errno == EINTR) continue;
        return errno == EAGAIN || errno == EWOULDBLOCK ? Fill::kNothing : Fill::kClosed;
    }
}

void Wire::consume(std::size_t bytes) {
    in_begin_ += bytes;
    expected_ = 0;
}

Wire::Sent Wire::send_some() {
    const std::lock_guard lock(send_mutex_);
    while (unsent() > 0) {
        const ssize_t sent = ::send(socket_.get(), out_.data() + sent_, unsent(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) return errno == EAGAIN || errno == EWOULDBLOCK ? Sent::kWouldBlock : Sent::kGone;
        sent_ += static_cast<std::size_t>(sent);
        bytes_sent_.fetch_add(static_cast<std::uint64_t>(sent), std::memory_order_relaxed);
        mid_message_ = unsent() > 0;
    }
    out_.clear();
    sent_ = 0;
    return Sent::kAll;
}

bool Wire::wait_writable(std::chrono::milliseconds slice) const {
    pollfd waiting{.fd = socket_.get(), .events = POLLOUT, .revents = 0};
    return ::poll(&waiting, 1, static_cast<int>(slice.count())) > 0;
}

Wire::Flush Wire::flush(const std::function<bool()>& stop, std::chrono::milliseconds patience) {
    if (unsent() == 0) return Flush::kDone;
    ++flushes_;
    std::chrono::milliseconds waited{0};
    for (;;) {
        const std::size_t before = unsent();
        switch (send_some()) {
            case Sent::kAll:
                return Flush::kDone;
            case Sent::kGone:
                return Flush::kGone;
            case Sent::kWouldBlock:
                break;
        }
        if (stop()) return Flush::kStopped;
        if (unsent() != before) waited = std::chrono::milliseconds(0);
        if (waited >= patience) return Flush::kGone;
        if (!wait_writable(kSlice)) waited += kSlice;
    }
}

void Wire::flush_what_goes() {
    if (unsent() > 0) ++flushes_;
    send_some();
}

void Wire::wake() {
    ::shutdown(socket_.get(), SHUT_RD);
}

// What the client sent meanwhile is read away first: closing with unread input resets the connection, and the client
// would lose the error it was just sent.
void Wire::close() {
    std::uint8_t scratch[4'096];
    for (int i = 0; i < 256 && ::recv(socket_.get(), scratch, sizeof scratch, MSG_DONTWAIT) > 0; ++i) {
    }
    ::shutdown(socket_.get(), SHUT_RDWR);
}

bool Wire::peer_gone() const {
    char byte = 0;
    const ssize_t got = ::recv(socket_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got == 0 || (got < 0 && errno == ECONNRESET);
}

void Wire::last_words(ByteSpan message) {
    const std::unique_lock lock(send_mutex_, std::try_to_lock);
    if (!lock || mid_message_) return;
    ::send(socket_.get(), message.data(), message.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

}  // namespace smew::pgsession
