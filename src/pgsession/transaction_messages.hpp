#pragma once
// LISTEN, UNLISTEN and NOTIFY of a transaction, which take effect when it is committed.

#include "pgsession/notification_hub.hpp"

#include <cstdint>
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
    std::size_t size() const { return messages_.size(); }
    bool empty() const { return messages_.empty(); }
    std::size_t listens() const;
    void truncate(std::size_t size);
    void clear() { truncate(0); }

    const std::vector<Message>& all() const { return messages_; }
    std::vector<Notification> notifications(std::int32_t pid) const;

private:
    static std::string key(const Message& message);

    std::vector<Message> messages_;
    std::unordered_set<std::string> sent_;  // key() of the notifications
};

}  // namespace smew::pgsession
