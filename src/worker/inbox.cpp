#include "worker/inbox.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <poll.h>
#include <sys/eventfd.h>
#include <system_error>

namespace smew::worker {
namespace {

constexpr std::chrono::milliseconds kLongestWait{3'600'000};

int poll_timeout(std::optional<Inbox::Time> until) {
    if (!until) return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*until - std::chrono::steady_clock::now());
    return static_cast<int>(std::clamp(left, std::chrono::milliseconds(0), kLongestWait).count());
}

}  // namespace

Inbox::Inbox(link::Channel& channel) : channel_(channel), woken_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!woken_) throw std::system_error(errno, std::generic_category(), "eventfd");
}

Inbox::Arrival Inbox::wait(std::optional<Time> until) {
    for (;;) {
        if (auto arrival = take()) return std::move(*arrival);
        std::array<pollfd, 2> watched{{{woken_.get(), POLLIN, 0}, {channel_.fd(), POLLIN, 0}}};
        const int ready = ::poll(watched.data(), closed_ ? 1 : 2, poll_timeout(until));
        if (ready == 0) return {Event::kTimeout, {}};
        if (ready < 0 || watched[0].revents == 0) continue;
        std::uint64_t count = 0;
        (void)!::read(woken_.get(), &count, sizeof count);
        return {Event::kWoken, {}};
    }
}

std::optional<Inbox::Arrival> Inbox::take() {
    if (closed_) return std::nullopt;
    auto received = channel_.try_receive();
    if (received && *received) return Arrival{Event::kMessage, std::move(**received)};
    closed_ = !received || channel_.closed();
    if (closed_) return Arrival{Event::kClosed, {}};
    return std::nullopt;
}

void Inbox::wake() {
    const std::uint64_t one = 1;
    (void)!::write(woken_.get(), &one, sizeof one);
}

}  // namespace smew::worker
