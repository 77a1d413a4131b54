#pragma once
// Sends and receives link messages and descriptors over a Unix stream socket, blocking. send() may be called from any
// thread; receive() from one.

#include "core/fd.hpp"
#include "link/messages.hpp"

#include <atomic>
#include <deque>
#include <mutex>
#include <vector>

namespace smew::link {

class Channel {
public:
    explicit Channel(UniqueFd socket);

    // Blocks at most 10 s in all. `fd` is borrowed, and given exactly when carries_fd(message). Error 08006 when the
    // peer is gone or stuck, from then on for every call; 54000 for a message above kMaxFrameBytes, which is not sent.
    Result<void> send(const Message& message, int fd = -1);
    // The same without waiting, for callers that hold locks. What the socket has no room for, or another thread's send
    // goes before, is kept and leaves with the next send or flush(). Error 08006 also when very much would be kept: the
    // peer has not read for long. Only for messages without a descriptor.
    Result<void> send_now(const Message& message);
    // Sends what was kept, as far as the socket takes it. Never waits.
    void flush();

    struct Received {
        Message message;
        UniqueFd fd;
    };
    // The next message: reads from the socket when none is buffered. nullopt when the peer closed. After an error
    // (XX000, 08P01: the peer cannot be understood; 08006) the channel is of no more use.
    Result<std::optional<Received>> receive();
    // Never waits: nullopt with closed() false means "nothing yet". For the gateway's event loop.
    Result<std::optional<Received>> try_receive();
    bool closed() const { return closed_; }

    int fd() const { return socket_.get(); }

private:
    using Frame = std::vector<std::uint8_t>;
    Result<void> send_frame(ByteSpan frame, int fd);
    void take_kept();
    bool push_unsent();
    Result<std::optional<Received>> take_buffered();
    Result<bool> fill(int flags);  // false: would block or closed
    void make_room();

    UniqueFd socket_;
    std::mutex send_mutex_;  // whoever writes to the socket
    Frame unsent_;           // kept before, under send_mutex_; without what has left
    std::atomic<bool> send_failed_{false};
    std::mutex kept_mutex_;                   // held for moments only
    Frame kept_;                              // since somebody last took the other mutex
    std::atomic<std::size_t> kept_bytes_{0};  // of both
    std::vector<std::uint8_t> incoming_;
    std::size_t consumed_ = 0;
    std::deque<UniqueFd> fds_;
    bool closed_ = false;
};

// A connected pair, both ends close-on-exec.
Result<std::pair<UniqueFd, UniqueFd>> make_socket_pair();

// The project's catalog generation, in memory shared by the gateway (writer) and the project's workers (readers): a
// worker compares it before it trusts a cached name. Bumped after each metadata transaction that changes what a name
// means and before that change is acknowledged to anyone.
class CatalogGeneration {
public:
    static Result<CatalogGeneration> create();                 // gateway: writable
    static Result<CatalogGeneration> map_readonly(int memfd);  // worker
    CatalogGeneration(CatalogGeneration&&) noexcept;
    CatalogGeneration& operator=(CatalogGeneration&&) noexcept;
    ~CatalogGeneration();

    std::uint64_t current() const;
    void bump();
    int fd() const { return fd_.get(); }

private:
    CatalogGeneration(UniqueFd fd, void* memory) : fd_(std::move(fd)), memory_(memory) {}
    UniqueFd fd_;
    void* memory_ = nullptr;
};

}  // namespace smew::link
