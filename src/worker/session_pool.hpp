#pragma once
// The threads that drive a worker's sessions. All wait on one epoll instance; whichever wakes takes one session, lets
// it do all the work it has, arms it again and waits on. A statement so costs one epoll_wait and one epoll_ctl and no
// hand-over between threads, and a session that waits for its client costs no thread (docs/adr/0003).

#include "core/fd.hpp"
#include "pgsession/session.hpp"

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <unordered_map>
#include <vector>

namespace smew::worker {

class SessionPool {
public:
    struct Options {
        std::size_t base_threads = 2;  // that are kept free of long statements, as far as max_threads allows
        std::size_t max_threads = 18;
        std::size_t most_threads = 1024;               // that set_max_threads() may ask for
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

    // How many statements may run at a time: so many threads there may be, and some for what costs little. Threads that
    // are too many end when they have nothing to do.
    void set_max_threads(std::size_t count);

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

    struct Member;
    // Where a session is called when its turn has come. Shared with whoever may call it, also when it is gone.
    struct Call {
        // Between run() having said that it waits for its turn and the call that it has come.
        enum class Wait : std::uint8_t { kNone, kWaits, kCalled };
        std::mutex mutex;
        Wait wait = Wait::kNone;
        Member* member = nullptr;  // null: it is gone
    };

    struct Member {
        explicit Member(std::unique_ptr<pgsession::Session> its_session) : session(std::move(its_session)) {}
        std::unique_ptr<pgsession::Session> session;
        int watched = -1;  // the session's wait_fd(), as the epoll instance knows it
        std::shared_ptr<Call> call = std::make_shared<Call>();
        // What one thread wrote in its turn is seen by the thread of the next: released before the socket is armed,
        // acquired after it woke.
        std::atomic<std::uint32_t> turns{0};
    };

    bool start_thread(Slot& slot, bool spare);
    std::span<Slot> used_slots() { return std::span(slots_).first(used_slots_); }
    void serve(Slot& slot, bool spare);
    void drive(Slot& slot, Member& member);
    pgsession::Session::Next run(Member& member);
    void call(Call& call);
    static bool has_been_called(Call& call);
    static void forget(Call& call);
    Member* next_called();
    void finish(const Member& member);
    bool arm(int operation, Member& member, std::uint32_t events);
    void stop();

    const Options options_;
    const Events events_;
    UniqueFd epoll_;
    UniqueFd stop_;    // readable for good once the threads are to end
    UniqueFd called_;  // counts the members of called_members_
    std::vector<Slot> slots_;
    std::size_t used_slots_ = 0;  // of them, from the first on; of the thread that looks
    std::atomic<std::size_t> max_threads_;
    std::atomic<bool> quiet_{false};

    std::mutex called_mutex_;
    std::deque<Member*> called_members_;  // whose turn has come

    mutable std::mutex mutex_;                        // guards what follows
    std::unordered_map<SessionId, Member> sessions_;  // its nodes stay where they are
};

}  // namespace smew::worker
