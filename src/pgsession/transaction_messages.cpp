#include "pgsession/transaction_messages.hpp"

#include <algorithm>

namespace smew::pgsession {

std::string TransactionMessages::key(const Message& message) {
    return message.channel + '\0' + message.payload;
}

Result<void> TransactionMessages::add(Message message) {
    if (message.kind == Kind::kNotify) {
        if (message.channel.empty()) return Error{sqlstate::kInvalidParameterValue, "channel name cannot be empty"};
        if (message.channel.size() > kMaxChannel) {
            return Error{sqlstate::kInvalidParameterValue, "channel name too long"};
        }
        if (message.payload.size() > kMaxPayload) {
            return Error{sqlstate::kInvalidParameterValue, "payload string too long"};
        }
    }
    const std::lock_guard lock(mutex_);
    if (message.kind == Kind::kNotify && !sent_.insert(key(message)).second) return {};
    if (messages_.size() == kMaxMessages) {
        sent_.erase(key(message));
        return Error{sqlstate::kProgramLimitExceeded, "too many notifications in the NOTIFY queue", "",
                     "Commit more often."};
    }
    messages_.push_back(std::move(message));
    size_.store(messages_.size(), std::memory_order_release);
    return {};
}

std::vector<TransactionMessages::Message> TransactionMessages::all() const {
    const std::lock_guard lock(mutex_);
    return messages_;
}

std::size_t TransactionMessages::listens() const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(
        std::ranges::count_if(messages_, [](const Message& message) { return message.kind == Kind::kListen; }));
}

void TransactionMessages::truncate(std::size_t size) {
    const std::lock_guard lock(mutex_);
    for (; messages_.size() > size; messages_.pop_back()) {
        if (messages_.back().kind == Kind::kNotify) sent_.erase(key(messages_.back()));
    }
    size_.store(messages_.size(), std::memory_order_release);
}

std::vector<Notification> TransactionMessages::notifications(std::int32_t pid) const {
    const std::lock_guard lock(mutex_);
    std::vector<Notification> found;
    for (const Message& message : messages_) {
        if (message.kind == Kind::kNotify) found.push_back({pid, message.channel, message.payload});
    }
    return found;
}

}  // namespace smew::pgsession
