#include "fleet/link_loop.hpp"

#include <array>
#include <chrono>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <system_error>

namespace smew::fleet {
namespace {

// An epoll token is the worker's number and one bit: which of its two descriptors. 0 wakes the thread.
constexpr std::uint64_t kWakeToken = 0;
constexpr std::uint64_t link_token(std::uint64_t number) {
    return number << 1U;
}
constexpr std::uint64_t exit_token(std::uint64_t number) {
    return (number << 1U) | 1U;
}

constexpr auto kTickInterval = std::chrono::milliseconds(200);

bool add(int epoll, int fd, std::uint64_t token) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = token;
    return ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

}  // namespace

LinkLoop::LinkLoop(Handlers handlers)
    : handlers_(std::move(handlers)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!epoll_ || !wake_ || !add(epoll_.get(), wake_.get(), kWakeToken)) {
        throw std::system_error(errno, std::generic_category(), "epoll");
    }
    thread_ = std::thread(&LinkLoop::run, this);
}

LinkLoop::~LinkLoop() {
    stopping_ = true;
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(wake_.get(), &one, sizeof one);
    thread_.join();
}

Result<void> LinkLoop::watch(const WorkerPointer& worker) {
    const std::lock_guard lock(mutex_);
    workers_[worker->number] = worker;
    if (add(epoll_.get(), worker->channel.fd(), link_token(worker->number)) &&
        add(epoll_.get(), worker->process.pidfd.get(), exit_token(worker->number))) {
        return {};
    }
    workers_.erase(worker->number);
    return Error{sqlstate::kInsufficientResources, "cannot watch a worker process: out of file descriptors or memory"};
}

void LinkLoop::run() {
    auto next_tick = std::chrono::steady_clock::now() + kTickInterval;
    std::array<epoll_event, 64> events{};
    while (!stopping_) {
        const auto wait = std::chrono::ceil<std::chrono::milliseconds>(next_tick - std::chrono::steady_clock::now());
        const int timeout = static_cast<int>(std::max<std::int64_t>(0, wait.count()));
        const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), timeout);
        for (int i = 0; i < count; ++i) handle(events[static_cast<std::size_t>(i)].data.u64);
        if (std::chrono::steady_clock::now() >= next_tick) {
            handlers_.tick();
            next_tick = std::chrono::steady_clock::now() + kTickInterval;
        }
    }
}

void LinkLoop::handle(std::uint64_t token) {
    if (token == kWakeToken) return;
    const WorkerPointer worker = find(token >> 1U);
    if (!worker) return;  // its end was handled earlier in this round
    read_link(worker);
    if (token == exit_token(worker->number)) {
        forget(worker->number);
        handlers_.exited(worker, reap(worker->process));
    }
}

void LinkLoop::read_link(const WorkerPointer& worker) {
    while (!worker->channel.closed()) {
        Result<std::optional<link::Channel::Received>> received = worker->channel.try_receive();
        if (received && *received) {
            handlers_.message(worker, std::move((*received)->message));
            continue;
        }
        if (received && !worker->channel.closed()) return;  // nothing more for now
        ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, worker->channel.fd(), nullptr);
        handlers_.link_closed(worker);
        return;
    }
}

void LinkLoop::forget(std::uint64_t number) {
    const std::lock_guard lock(mutex_);
    const auto found = workers_.find(number);
    if (found == workers_.end()) return;
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, found->second->process.pidfd.get(), nullptr);
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, found->second->channel.fd(), nullptr);
    workers_.erase(found);
}

WorkerPointer LinkLoop::find(std::uint64_t number) {
    const std::lock_guard lock(mutex_);
    const auto found = workers_.find(number);
    return found == workers_.end() ? nullptr : found->second;
}

}  // namespace smew::fleet
