#pragma once
// LISTEN, UNLISTEN and NOTIFY of a transaction, which take effect when it is committed. Thread-safe: pg_notify() is
// called where its rows are made.

#include "pgsession/notification_hub.hpp"

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace smew::pgsession {

class TransactionMessages {
public:
    static constexpr std::size_t kMaxMessages = 10'000;
    static constexpr std::size_t kMaxListens = 1'000;  // of a session
    static constexpr std::size_t kMaxPayload = 7'999;  // bytes, as in PostgreSQL
    static constexpr std::size_t kMaxChannel = 63;

    enum class Kind : std::uint8_t { kListen, kUnlisten, kUnlistenAll, kNotify };
    struct Message {
        Kind kind;
        std::string channel, payload;
    };

    // Error 54000 when there are too many, 22023 for a channel or payload that is too long. Of equal notifications
    // only the first counts.
    Result<void> add(Message message);
    std::size_t size() const { return size_.load(std::memory_order_acquire); }
    bool empty() const { return size() == 0; }
    std::size_t listens() const;
    void truncate(std::size_t size);
    void clear() { truncate(0); }

    std::vector<Message> all() const;
    std::vector<Notification> notifications(std::int32_t pid) const;

private:
    static std::string key(const Message& message);

    mutable std::mutex mutex_;
    std::vector<Message> messages_;
    std::unordered_set<std::string> sent_;  // key() of the notifications
    std::atomic<std::size_t> size_{0};      // of messages_: looked at after every statement
};

}  // namespace smew::pgsession
