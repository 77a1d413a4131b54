#include "link/channel.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>

namespace smew::link {
namespace {

constexpr std::chrono::milliseconds kSendTimeout{10'000};
constexpr std::size_t kReadBytes = 64U << 10;
constexpr std::size_t kKeptCapacity = 1U << 20;  // a buffer that once held a large frame gives the rest back
// Descriptors arrive with the first byte of their frame and leave with the frame, so an honest peer never has more than
// a few under way.
constexpr std::size_t kMaxQueuedFds = 16;
constexpr std::size_t kMaxFdsPerRead = 8;
constexpr std::size_t kCompactBytes = 256U << 10;
constexpr std::size_t kMaxKeptBytes = 256U << 10;  // thousands of orders, and what the socket itself holds beside them

Error lost(const char* what, int code) {
    return {sqlstate::kConnectionFailure, std::string("the link between gateway and worker failed: ") + what,
            code == 0 ? std::string() : std::string(std::strerror(code))};
}

Error violated(const char* what) {
    return {sqlstate::kProtocolViolation, "the peer broke the protocol of the link", what};
}

// One sendmsg; the descriptor, if any, goes with the first byte.
ssize_t send_once(int socket, ByteSpan data, int fd) {
    iovec part{const_cast<std::uint8_t*>(data.data()), data.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    if (fd >= 0) {
        header.msg_control = control.data();
        header.msg_controllen = control.size();
        cmsghdr* rights = CMSG_FIRSTHDR(&header);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(sizeof(int));
        std::memcpy(CMSG_DATA(rights), &fd, sizeof fd);
    }
    return ::sendmsg(socket, &header, MSG_NOSIGNAL | MSG_DONTWAIT);
}

// 0 when `events` came up, else the errno of the failure (ETIMEDOUT). A negative timeout waits for ever.
int wait_for(int socket, short events, std::chrono::milliseconds timeout) {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    for (;;) {
        int left = -1;
        if (timeout.count() >= 0) {
            const auto rest = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
            left = rest.count() > 0 ? static_cast<int>(rest.count()) : 0;
        }
        pollfd entry{socket, events, 0};
        const int ready = ::poll(&entry, 1, left);
        if (ready > 0) return 0;
        if (ready == 0) return ETIMEDOUT;
        if (errno != EINTR) return errno;
    }
}

bool would_block(int code) {
    return code == EAGAIN || code == EWOULDBLOCK;
}

int send_all(int socket, ByteSpan data, int fd, std::chrono::steady_clock::time_point deadline) {
    while (!data.empty()) {
        const ssize_t sent = send_once(socket, data, fd);
        if (sent > 0) {
            data = data.subspan(static_cast<std::size_t>(sent));
            fd = -1;
        } else if (would_block(errno)) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
            if (left.count() <= 0) return ETIMEDOUT;
            if (const int failure = wait_for(socket, POLLOUT, left); failure != 0) return failure;
        } else if (errno != EINTR) {
            return errno;
        }
    }
    return 0;
}

// Takes ownership of every descriptor in the control data, so that none leaks whatever is decided about it.
std::vector<UniqueFd> take_descriptors(msghdr& header) {
    std::vector<UniqueFd> taken;
    for (cmsghdr* entry = CMSG_FIRSTHDR(&header); entry != nullptr; entry = CMSG_NXTHDR(&header, entry)) {
        if (entry->cmsg_level != SOL_SOCKET || entry->cmsg_type != SCM_RIGHTS) continue;
        const std::size_t count = (entry->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(entry) + i * sizeof fd, sizeof fd);
            taken.emplace_back(fd);
        }
    }
    return taken;
}

}  // namespace

Channel::Channel(UniqueFd socket) : socket_(std::move(socket)) {}

Result<void> Channel::send(const Message& message, int fd) {
    if (carries_fd(message) != (fd >= 0)) {
        return Error{sqlstate::kInternalError, "a link message was sent with a descriptor missing or out of place"};
    }
    std::vector<std::uint8_t> frame;
    encode(frame, message);
    if (frame.size() > kMaxFrameBytes) {
        return Error{sqlstate::kProgramLimitExceeded, "a message between gateway and worker is too large",
                     std::to_string(frame.size()) + " bytes, at most " + std::to_string(kMaxFrameBytes)};
    }
    const Result<void> sent = send_frame(frame, fd);
    flush();
    return sent;
}

Result<void> Channel::send_frame(ByteSpan frame, int fd) {
    const std::lock_guard lock(send_mutex_);
    if (send_failed_) return lost("sending failed earlier", 0);
    const auto deadline = std::chrono::steady_clock::now() + kSendTimeout;
    take_kept();
    int failure = send_all(socket_.get(), unsent_, -1, deadline);
    kept_bytes_ -= unsent_.size();
    unsent_.clear();
    if (failure == 0) failure = send_all(socket_.get(), frame, fd, deadline);
    // Part of a frame may be out: nothing that follows could be understood.
    send_failed_ = failure != 0;
    if (failure != 0) return lost("the peer is gone or does not read", failure);
    return {};
}

Result<void> Channel::send_now(const Message& message) {
    Frame frame;
    encode(frame, message);
    {
        const std::lock_guard lock(kept_mutex_);
        if (kept_bytes_ + frame.size() > kMaxKeptBytes) return lost("the peer does not read", 0);
        kept_.insert(kept_.end(), frame.begin(), frame.end());
        kept_bytes_ += frame.size();
    }
    flush();
    if (send_failed_) return lost("the peer is gone", 0);
    return {};
}

void Channel::flush() {
    for (;;) {
        {
            const std::unique_lock lock(send_mutex_, std::try_to_lock);
            // Whoever has it comes here afterwards.
            if (!lock.owns_lock() || send_failed_) return;
            take_kept();
            if (!push_unsent()) return;
        }
        // Kept by others meanwhile, who found the mutex taken?
        const std::lock_guard lock(kept_mutex_);
        if (kept_.empty()) return;
    }
}

void Channel::take_kept() {
    const std::lock_guard lock(kept_mutex_);
    if (unsent_.empty()) {
        unsent_.swap(kept_);
    } else {
        unsent_.insert(unsent_.end(), kept_.begin(), kept_.end());
    }
    kept_.clear();
}

// False: the socket takes no more.
bool Channel::push_unsent() {
    std::size_t done = 0;
    int failure = 0;
    while (done < unsent_.size() && failure == 0) {
        const ssize_t sent = send_once(socket_.get(), ByteSpan(unsent_).subspan(done), -1);
        if (sent > 0) {
            done += static_cast<std::size_t>(sent);
        } else if (errno != EINTR) {
            failure = errno;
        }
    }
    unsent_.erase(unsent_.begin(), unsent_.begin() + static_cast<std::ptrdiff_t>(done));
    kept_bytes_ -= done;
    if (failure != 0 && !would_block(failure)) send_failed_ = true;
    return failure == 0;
}

Result<std::optional<Channel::Received>> Channel::receive() {
    for (;;) {
        auto taken = take_buffered();
        if (!taken || taken->has_value() || closed_) return taken;
        const auto filled = fill(0);
        if (!filled) return filled.error();
        if (*filled || closed_) continue;
        if (const int failure = wait_for(fd(), POLLIN, std::chrono::milliseconds(-1)); failure != 0) {
            return lost("waiting for a message", failure);
        }
    }
}

Result<std::optional<Channel::Received>> Channel::try_receive() {
    for (;;) {
        auto taken = take_buffered();
        if (!taken || taken->has_value() || closed_) return taken;
        const auto filled = fill(MSG_DONTWAIT);
        if (!filled) return filled.error();
        if (!*filled) return take_buffered();
    }
}

Result<std::optional<Channel::Received>> Channel::take_buffered() {
    ByteSpan rest = ByteSpan(incoming_).subspan(consumed_);
    auto decoded = decode(rest);
    if (!decoded) return decoded.error();
    if (!decoded->has_value()) {
        if (closed_ && !rest.empty()) return lost("the peer closed in the middle of a message", 0);
        return std::optional<Received>();
    }
    Received received{std::move(**decoded), UniqueFd()};
    consumed_ = incoming_.size() - rest.size();
    if (carries_fd(received.message)) {
        if (fds_.empty()) return violated("a message came without its descriptor");
        received.fd = std::move(fds_.front());
        fds_.pop_front();
    }
    // A descriptor comes with the first byte of its frame: what is left once all bytes are used up was never asked for.
    if (rest.empty()) fds_.clear();
    return std::optional<Received>(std::move(received));
}

void Channel::make_room() {
    if (consumed_ == incoming_.size()) {
        incoming_.clear();
        consumed_ = 0;
        if (incoming_.capacity() > kKeptCapacity) incoming_.shrink_to_fit();
    } else if (consumed_ >= kCompactBytes) {
        incoming_.erase(incoming_.begin(), incoming_.begin() + static_cast<std::ptrdiff_t>(consumed_));
        consumed_ = 0;
    }
}

Result<bool> Channel::fill(int flags) {
    make_room();
    std::array<std::uint8_t, kReadBytes> data;
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * kMaxFdsPerRead)> control;
    iovec part{data.data(), data.size()};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    const ssize_t count = ::recvmsg(fd(), &header, flags | MSG_CMSG_CLOEXEC);
    if (count < 0) {
        if (errno == EINTR) return true;
        if (would_block(errno)) return false;
        closed_ = errno == ECONNRESET;  // the peer closed with our bytes unread
        if (closed_) return false;
        return lost("reading", errno);
    }
    auto arrived = take_descriptors(header);
    if ((header.msg_flags & MSG_CTRUNC) != 0 || fds_.size() + arrived.size() > kMaxQueuedFds) {
        return violated("too many descriptors");
    }
    for (UniqueFd& fd : arrived) fds_.push_back(std::move(fd));
    closed_ = count == 0;
    incoming_.insert(incoming_.end(), data.begin(), data.begin() + count);
    return !closed_;
}

Result<std::pair<UniqueFd, UniqueFd>> make_socket_pair() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        return Error{sqlstate::kInsufficientResources, "cannot make a socket pair", std::strerror(errno)};
    }
    return std::pair(UniqueFd(ends[0]), UniqueFd(ends[1]));
}

}  // namespace smew::link
