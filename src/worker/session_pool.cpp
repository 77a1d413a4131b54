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
      slots_(std::max(options.max_threads, options.base_threads)) {
    epoll_event event{EPOLLIN, {.ptr = nullptr}};
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, stop_.get(), &event) != 0) {
        throw std::system_error(errno, std::generic_category(), "epoll_ctl");
    }
    for (std::size_t i = 0; i < options_.base_threads; ++i) {
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
}

// ---------------------------------------------------------------- sessions

bool SessionPool::add(std::unique_ptr<pgsession::Session> session) {
    const SessionId id = session->info().session;
    const std::lock_guard lock(mutex_);
    const auto [place, fresh] = sessions_.try_emplace(id, std::move(session));
    if (!fresh) return false;
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
        drive(slot, *static_cast<Member*>(event.data.ptr));
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
        next = session.run();
    } catch (const std::exception& error) {
        // Out of memory, or a bug: this session is in no known state, the others are.
        log::error("session_failed", {{"session_id", session.info().session.value()}, {"error", error.what()}});
        session.last_words({sqlstate::kInternalError, "the session ended because of an internal error"});
    }
    if (next != pgsession::Session::Next::kWaitReadable || !arm(EPOLL_CTL_MOD, member, kReadable)) finish(member);
    slot.turns.fetch_add(1);
}

// ---------------------------------------------------------------- watching

SessionPool::Look SessionPool::look() {
    Look look;
    for (Slot& slot : slots_) {
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
    for (Slot& slot : slots_) {
        if (look.threads - look.stuck >= options_.base_threads) break;
        if (slot.state != SlotState::kFree) continue;
        if (!start_thread(slot, true)) break;
        ++look.threads;
    }
    return look;
}

bool SessionPool::quiet() {
    quiet_ = true;
    for (const Slot& slot : slots_) {
        if (slot.turns.load() == slot.seen) continue;
        quiet_ = false;
        return false;
    }
    return true;
}

}  // namespace smew::worker
