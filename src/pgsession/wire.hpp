#pragma once
// A session's socket with what has been read and not handled, and what has been written and not sent. Non-blocking;
// only flush() waits. Between calls of run() an idle session holds no buffer: they are lent by the thread.

#include "core/bytes.hpp"
#include "core/cancel.hpp"
#include "core/error.hpp"
#include "core/fd.hpp"
#include "pgproto/backend.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string_view>
#include <vector>

namespace smew::pgsession {

class Wire {
public:
    static constexpr std::size_t kFlushBytes = 64U << 10;

    // `read_ahead`: input that was read before the socket came here.
    Wire(UniqueFd socket, std::string_view read_ahead);
    ~Wire();

    // ---- input
    enum class Fill : std::uint8_t {
        kPart,  // something came, and the socket has no more for now
        kFull,  // the buffer is full: there may be more
        kNothing,
        kClosed,  // by the peer, or by end()
    };
    Fill fill();
    ByteSpan input() const { return {in_.data() + in_begin_, in_end_ - in_begin_}; }
    void consume(std::size_t bytes);
    // The input begins with a message of that size: the buffer grows towards it, by what has come so far.
    void expect(std::uint64_t bytes) { expected_ = bytes; }

    // ---- output
    pgproto::Buffer& out() { return out_; }
    std::size_t unsent() const { return out_.size() - sent_; }
    // Sent or still to be sent.
    std::uint64_t written() const { return bytes_sent() + unsent(); }
    // `out()` holds this much when a flush is due.
    std::size_t flush_mark() const { return sent_ + kFlushBytes; }
    // Grows with everything that leaves `out()`: what was appended is still there in one piece when it did not change.
    std::uint64_t flushes() const { return flushes_; }

    enum class Flush : std::uint8_t { kDone, kStopped, kGone };
    // Sends everything. When the peer does not take it, waits, asking `stop` every 50 ms, but no longer than `patience`
    // without progress. Stopped output stays in `out()`.
    Flush flush(const std::function<bool()>& stop, std::chrono::milliseconds patience);
    // Sends what goes without waiting.
    void flush_what_goes();

    // ---- end
    // Wakes the thread that polls the socket, and makes fill() say kClosed. From any thread.
    void wake();
    void close();
    // True when the peer has closed its side. Looks without taking. From any thread.
    bool peer_gone() const;
    // One message, unless the peer is in the middle of another. Never waits. From any thread.
    void last_words(ByteSpan message);

    int fd() const { return socket_.get(); }
    std::uint64_t bytes_sent() const { return bytes_sent_.load(std::memory_order_relaxed); }

    // ---- the thread's buffers
    void borrow_buffers();
    void return_buffers();

private:
    enum class Sent : std::uint8_t { kAll, kWouldBlock, kGone };
    Sent send_some();
    bool wait_writable(std::chrono::milliseconds slice) const;

    UniqueFd socket_;
    std::vector<std::uint8_t> in_;
    std::size_t in_begin_ = 0, in_end_ = 0;
    std::uint64_t expected_ = 0;
    pgproto::Buffer out_;
    std::size_t sent_ = 0;
    std::uint64_t flushes_ = 0;
    std::atomic<std::uint64_t> bytes_sent_{0};
    std::mutex send_mutex_;     // between the session's thread and last_words()
    bool mid_message_ = false;  // the socket took a part of what was given to it
};

}  // namespace smew::pgsession
