#pragma once
// LISTEN and NOTIFY between the sessions of a workspace. Thread-safe.
// Source: PostgreSQL 15 documentation, the pages of these commands; src/backend/commands/async.c.

#include "core/error.hpp"
#include "core/fd.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace smew::pgsession {

struct Notification {
    std::int32_t pid = 0;  // of the session that sent it
    std::string channel, payload;
};

// Where a session that listens finds what came in, with a bell that other threads ring.
class Mailbox {
public:
    // Of what a session has not taken, at most this is kept.
    static constexpr std::size_t kMaxWaiting = 10'000;

    // `socket`: the session's own. Throws std::system_error when the operating system gives no descriptors.
    explicit Mailbox(int socket);

    // Readable when the socket is or when the bell was rung: an epoll set of both.
    int wait_fd() const { return both_.get(); }
    void put(const Notification& notification);
    std::vector<Notification> take();
    std::size_t waiting() const;

private:
    UniqueFd bell_, both_;
    mutable std::mutex mutex_;
    std::vector<Notification> waiting_;
};

class NotificationHub {
public:
    void listen(const std::string& channel, const std::shared_ptr<Mailbox>& mailbox);
    void unlisten(const std::string& channel, const Mailbox& mailbox);
    void unlisten_all(const Mailbox& mailbox);
    std::vector<std::string> channels_of(const Mailbox& mailbox) const;

    // Error 54000 when a session that listens has taken nothing for so long that there is no room.
    Result<void> check_room(std::span<const Notification> notifications) const;
    void send(std::span<const Notification> notifications);

private:
    mutable std::mutex mutex_;
    // Who listens to what; a mailbox is its session's, and is kept here while it listens.
    std::map<std::string, std::map<const Mailbox*, std::shared_ptr<Mailbox>>, std::less<>> channels_;
};

}  // namespace smew::pgsession
