#pragma once
// The threads that drive a worker's sessions. All wait on one epoll instance; whichever wakes takes one session, lets
// it do all the work it has, arms it again and waits on. A statement so costs one epoll_wait and one epoll_ctl and no
// hand-over between threads, and a session that waits for its client costs no thread (docs/adr/0003).

#include "core/fd.hpp"
#include "pgsession/session.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

namespace smew::worker {

class SessionPool {
public:
    struct Options {
        std::size_t base_threads = 2;  // that are kept free of long statements, as far as max_threads allows
        std::size_t max_threads = 18;
        std::chrono::milliseconds spare_idle{10'000};  // after which a thread above base_threads ends
    };
    struct Events {
        // A session is over and its socket is shut down; from the pool's thread, which then destroys the session.
        std::function<void(const pgsession::Session&)> closed;
        // The pool may have been quiet (see quiet()) and is no longer. Cheap; from any thread.
        std::function<void()> woken;
    };

    // Throws std::system_error when the operating system gives no epoll instance or no thread.
    SessionPool(const Options& options, Events events);
    // Ends the threads: each first returns from the session it runs. Sessions that are left are destroyed unsaid.
    ~SessionPool();
    SessionPool(const SessionPool&) = delete;
    SessionPool& operator=(const SessionPool&) = delete;

    // Registers the session and has a thread call its run() for the first time. False when the descriptor cannot be
    // watched or the id is taken; the session is then destroyed.
    bool add(std::unique_ptr<pgsession::Session> session);

    // Calls `visit` with one session or with each, which cannot end meanwhile: it must not block.
    bool with(const SessionId& id, const std::function<void(pgsession::Session&)>& visit);
    void for_each(const std::function<void(pgsession::Session&)>& visit);
    std::size_t size() const;

    // ---- for the one thread that watches over the pool

    struct Look {
        std::size_t busy = 0;   // threads inside run()
        std::size_t stuck = 0;  // of these, inside the same run() as at the last look
        std::size_t threads = 0;
        bool active = false;  // anything ran since the last look
    };
    // Replaces threads stuck in long statements by spare ones so that base_threads stay free, and collects spare
    // threads that have ended. Call it every few milliseconds while something is busy.
    Look look();
    // Declares that nobody looks for a while: the next session that runs calls events.woken. False when one already
    // did.
    bool quiet();

private:
    enum class SlotState { kFree, kRunning, kEnded };
    // One thread's place. Aligned so that threads counting their own turns share no cache line.
    struct alignas(64) Slot {
        std::atomic<std::uint64_t> turns{0};  // odd: inside run()
        std::atomic<SlotState> state{SlotState::kFree};
        std::thread thread;
        std::uint64_t seen = 0;  // turns at the last look
    };

    struct Member {
        explicit Member(std::unique_ptr<pgsession::Session> its_session) : session(std::move(its_session)) {}
        std::unique_ptr<pgsession::Session> session;
        int watched = -1;  // the session's wait_fd(), as the epoll instance knows it
        // What one thread wrote in its turn is seen by the thread of the next: released before the socket is armed,
        // acquired after it woke.
        std::atomic<std::uint32_t> turns{0};
    };

    bool start_thread(Slot& slot, bool spare);
    void serve(Slot& slot, bool spare);
    void drive(Slot& slot, Member& member);
    void finish(const Member& member);
    bool arm(int operation, Member& member, std::uint32_t events);
    void stop();

    const Options options_;
    const Events events_;
    UniqueFd epoll_;
    UniqueFd stop_;  // readable for good once the threads are to end
    std::vector<Slot> slots_;
    std::atomic<bool> quiet_{false};

    mutable std::mutex mutex_;                        // guards sessions_
    std::unordered_map<SessionId, Member> sessions_;  // its nodes stay where they are
};

}  // namespace smew::worker
