#include "pgsession/notification_hub.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace smew::pgsession {
namespace {

UniqueFd checked(int fd, const char* what) {
    if (fd < 0) throw std::system_error(errno, std::generic_category(), what);
    return UniqueFd(fd);
}

void watch(int set, int fd) {
    epoll_event event{EPOLLIN | EPOLLRDHUP, {.fd = fd}};
    if (::epoll_ctl(set, EPOLL_CTL_ADD, fd, &event) != 0) {
        throw std::system_error(errno, std::generic_category(), "epoll_ctl");
    }
}

}  // namespace

Mailbox::Mailbox(int socket)
    : bell_(checked(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")),
      both_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")) {
    watch(both_.get(), socket);
    watch(both_.get(), bell_.get());
}

void Mailbox::put(const Notification& notification) {
    {
        const std::lock_guard lock(mutex_);
        waiting_.push_back(notification);
    }
    const std::uint64_t one = 1;
    (void)!::write(bell_.get(), &one, sizeof one);
}

// The bell is silenced first: what comes in behind that rings it again.
std::vector<Notification> Mailbox::take() {
    std::uint64_t rung = 0;
    if (::read(bell_.get(), &rung, sizeof rung) != sizeof rung) return {};
    const std::lock_guard lock(mutex_);
    return std::exchange(waiting_, {});
}

std::size_t Mailbox::waiting() const {
    const std::lock_guard lock(mutex_);
    return waiting_.size();
}

void NotificationHub::listen(const std::string& channel, const std::shared_ptr<Mailbox>& mailbox) {
    const std::lock_guard lock(mutex_);
    channels_[channel].emplace(mailbox.get(), mailbox);
}

void NotificationHub::unlisten(const std::string& channel, const Mailbox& mailbox) {
    const std::lock_guard lock(mutex_);
    const auto found = channels_.find(channel);
    if (found == channels_.end()) return;
    found->second.erase(&mailbox);
    if (found->second.empty()) channels_.erase(found);
}

void NotificationHub::unlisten_all(const Mailbox& mailbox) {
    const std::lock_guard lock(mutex_);
    for (auto& [channel, listeners] : channels_) listeners.erase(&mailbox);
    std::erase_if(channels_, [](const auto& entry) { return entry.second.empty(); });
}

std::vector<std::string> NotificationHub::channels_of(const Mailbox& mailbox) const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> names;
    for (const auto& [channel, listeners] : channels_) {
        if (listeners.contains(&mailbox)) names.push_back(channel);
    }
    return names;
}

Result<void> NotificationHub::check_room(std::span<const Notification> notifications) const {
    const std::lock_guard lock(mutex_);
    for (const Notification& notification : notifications) {
        const auto found = channels_.find(notification.channel);
        if (found == channels_.end()) continue;
        for (const auto& [address, mailbox] : found->second) {
            if (mailbox->waiting() + notifications.size() <= Mailbox::kMaxWaiting) continue;
            return Error{sqlstate::kProgramLimitExceeded, "too many notifications in the NOTIFY queue",
                         "A session that listens to \"" + notification.channel + "\" does not take them.",
                         "End its transaction, or let it read what it is sent."};
        }
    }
    return {};
}

void NotificationHub::send(std::span<const Notification> notifications) {
    const std::lock_guard lock(mutex_);
    for (const Notification& notification : notifications) {
        const auto found = channels_.find(notification.channel);
        if (found == channels_.end()) continue;
        for (const auto& [address, mailbox] : found->second) mailbox->put(notification);
    }
}

}  // namespace smew::pgsession
