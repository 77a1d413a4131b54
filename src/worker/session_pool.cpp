#include "worker/session_pool.hpp"

#include "telemetry/log.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <system_error>

namespace smew::worker {
namespace {

constexpr std::uint32_t kReadable = EPOLLIN | EPOLLRDHUP | EPOLLONESHOT;
// A socket that can be written is ready at once: a thread picks the new session up and sends its greeting.
constexpr std::uint32_t kAtOnce = kReadable | EPOLLOUT;

UniqueFd checked(int fd, const char* what) {
    if (fd < 0) throw std::system_error(errno, std::generic_category(), what);
    return UniqueFd(fd);
}

}  // namespace

SessionPool::SessionPool(const Options& options, Events events)
    : options_(options),
      events_(std::move(events)),
      epoll_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      stop_(checked(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")),
      called_(checked(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE), "eventfd")),
      slots_(std::max({options.max_threads, options.base_threads, options.most_threads})),
      max_threads_(std::max(options.max_threads, options.base_threads)) {
    epoll_event event{EPOLLIN, {.ptr = nullptr}};
    epoll_event called{EPOLLIN, {.ptr = &called_}};
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, stop_.get(), &event) != 0 ||
        ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, called_.get(), &called) != 0) {
        throw std::system_error(errno, std::generic_category(), "epoll_ctl");
    }
    for (std::size_t i = 0; i < options_.base_threads; ++i) {
        used_slots_ = i + 1;
        if (start_thread(slots_[i], false)) continue;
        stop();
        throw std::system_error(EAGAIN, std::generic_category(), "starting a session thread");
    }
}

SessionPool::~SessionPool() {
    stop();
}

void SessionPool::stop() {
    const std::uint64_t one = 1;
    (void)!::write(stop_.get(), &one, sizeof one);
    for (Slot& slot : slots_) {
        if (slot.thread.joinable()) slot.thread.join();
    }
    // Those that are left are about to go, and each lets another have its turn.
    const std::lock_guard lock(mutex_);
    for (const auto& [id, member] : sessions_) forget(*member.call);
}

void SessionPool::forget(Call& call) {
    const std::lock_guard lock(call.mutex);
    call.member = nullptr;
}

// ---------------------------------------------------------------- sessions

bool SessionPool::add(std::unique_ptr<pgsession::Session> session) {
    const SessionId id = session->info().session;
    const std::lock_guard lock(mutex_);
    const auto [place, fresh] = sessions_.try_emplace(id, std::move(session));
    if (!fresh) return false;
    Member& member = place->second;
    member.call->member = &member;
    member.session->on_turn([this, its = member.call] { call(*its); });
    if (arm(EPOLL_CTL_ADD, place->second, kAtOnce)) return true;
    sessions_.erase(place);
    return false;
}

bool SessionPool::with(const SessionId& id, const std::function<void(pgsession::Session&)>& visit) {
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(id);
    if (found == sessions_.end()) return false;
    visit(*found->second.session);
    return true;
}

void SessionPool::for_each(const std::function<void(pgsession::Session&)>& visit) {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, member] : sessions_) visit(*member.session);
}

std::size_t SessionPool::size() const {
    const std::lock_guard lock(mutex_);
    return sessions_.size();
}

bool SessionPool::arm(int operation, Member& member, std::uint32_t events) {
    const int fd = member.session->wait_fd();
    if (operation == EPOLL_CTL_MOD && fd != member.watched) {
        ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, member.watched, nullptr);
        operation = EPOLL_CTL_ADD;
    }
    member.watched = fd;
    epoll_event event{events, {.ptr = &member}};
    member.turns.fetch_add(1, std::memory_order_release);  // from here on the session may be another thread's
    return ::epoll_ctl(epoll_.get(), operation, fd, &event) == 0;
}

void SessionPool::finish(const Member& member) {
    const pgsession::Session& session = *member.session;
    // The gateway may hold the same socket: it stays watched and connected until it is told otherwise.
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, member.watched, nullptr);
    ::shutdown(session.fd(), SHUT_RDWR);
    forget(*member.call);
    std::unique_lock lock(mutex_);
    auto ended = sessions_.extract(session.info().session);
    lock.unlock();
    events_.closed(session);
}

// ---------------------------------------------------------------- threads

bool SessionPool::start_thread(Slot& slot, bool spare) {
    if (slot.thread.joinable()) slot.thread.join();
    slot.state = SlotState::kRunning;
    try {
        slot.thread = std::thread(&SessionPool::serve, this, std::ref(slot), spare);
    } catch (const std::system_error&) {  // memory or process limit: the others go on
        slot.state = SlotState::kFree;
        return false;
    }
    return true;
}

void SessionPool::serve(Slot& slot, bool spare) {
    const int timeout = spare ? static_cast<int>(options_.spare_idle.count()) : -1;
    for (;;) {
        epoll_event event{};
        const int ready = ::epoll_wait(epoll_.get(), &event, 1, timeout);
        if (ready < 0 && errno == EINTR) continue;
        if (ready <= 0 || event.data.ptr == nullptr) break;
        Member* const member = event.data.ptr == &called_ ? next_called() : static_cast<Member*>(event.data.ptr);
        if (member != nullptr) drive(slot, *member);
    }
    slot.state = SlotState::kEnded;
}

void SessionPool::drive(Slot& slot, Member& member) {
    slot.turns.fetch_add(1);
    (void)member.turns.load(std::memory_order_acquire);
    pgsession::Session& session = *member.session;
    if (quiet_.load() && quiet_.exchange(false)) events_.woken();
    auto next = pgsession::Session::Next::kClosed;
    try {
        next = run(member);
    } catch (const std::exception& error) {
        // Out of memory, or a bug: this session is in no known state, the others are.
        log::error("session_failed", {{"session_id", session.info().session.value()}, {"error", error.what()}});
        session.last_words({sqlstate::kInternalError, "the session ended because of an internal error"});
    }
    // One that waits for its turn may be another thread's already.
    const bool waits = next == pgsession::Session::Next::kWaitTurn;
    const bool goes_on = next == pgsession::Session::Next::kWaitReadable && arm(EPOLL_CTL_MOD, member, kReadable);
    if (!waits && !goes_on) finish(member);
    slot.turns.fetch_add(1);
}

pgsession::Session::Next SessionPool::run(Member& member) {
    for (;;) {
        const auto next = member.session->run();
        if (next != pgsession::Session::Next::kWaitTurn) return next;
        if (!has_been_called(*member.call)) return next;
    }
}

// True: before it could wait. Else it waits from now on, and may be another thread's when this returns.
bool SessionPool::has_been_called(Call& call) {
    const std::lock_guard lock(call.mutex);
    const bool called = call.wait == Call::Wait::kCalled;
    call.wait = called ? Call::Wait::kNone : Call::Wait::kWaits;
    return called;
}

// From any thread, whatever it holds: the session may go on.
void SessionPool::call(Call& call) {
    const std::lock_guard lock(call.mutex);
    if (call.member == nullptr) return;
    if (std::exchange(call.wait, Call::Wait::kCalled) != Call::Wait::kWaits) return;
    call.wait = Call::Wait::kNone;
    call.member->turns.fetch_add(1, std::memory_order_release);
    {
        const std::lock_guard list(called_mutex_);
        called_members_.push_back(call.member);
    }
    const std::uint64_t one = 1;
    (void)!::write(called_.get(), &one, sizeof one);
}

SessionPool::Member* SessionPool::next_called() {
    std::uint64_t one = 0;
    if (::read(called_.get(), &one, sizeof one) != sizeof one) return nullptr;  // another thread was faster
    const std::lock_guard lock(called_mutex_);
    Member* const next = called_members_.front();
    called_members_.pop_front();
    return next;
}

void SessionPool::set_max_threads(std::size_t count) {
    max_threads_ = std::clamp(count, options_.base_threads, slots_.size());
}

// ---------------------------------------------------------------- watching

SessionPool::Look SessionPool::look() {
    Look look;
    for (Slot& slot : used_slots()) {
        if (slot.state == SlotState::kEnded) {
            slot.thread.join();
            slot.state = SlotState::kFree;
        }
        if (slot.state != SlotState::kRunning) continue;
        const std::uint64_t turns = slot.turns.load();
        const bool busy = turns % 2 == 1;
        const bool unchanged = turns == std::exchange(slot.seen, turns);
        ++look.threads;
        look.busy += busy ? 1 : 0;
        look.stuck += busy && unchanged ? 1 : 0;
        look.active = look.active || busy || !unchanged;
    }
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        Slot& slot = slots_[i];
        if (look.threads - look.stuck >= options_.base_threads || look.threads >= max_threads_) break;
        if (slot.state != SlotState::kFree) continue;
        if (!start_thread(slot, true)) break;
        used_slots_ = std::max(used_slots_, i + 1);
        ++look.threads;
    }
    return look;
}

bool SessionPool::quiet() {
    quiet_ = true;
    for (const Slot& slot : used_slots()) {
        if (slot.turns.load() == slot.seen) continue;
        quiet_ = false;
        return false;
    }
    return true;
}

}  // namespace smew::worker
