// LISTEN, NOTIFY and UNLISTEN as statements, and what comes in from other sessions.
#include "pgsession/session_impl.hpp"

namespace smew::pgsession {

Result<SessionImpl::Answer> SessionImpl::perform_one(const MessageCommand& command) {
    if (const Result<void> added = messages_.add(command.message); !added) return added.error();
    if (!block_.active()) {
        const Result<void> ready = prepare_messages();
        if (!ready) return ready.error();
        deliver_messages();
    }
    using Kind = TransactionMessages::Kind;
    const Kind kind = command.message.kind;
    return Answer{kind == Kind::kNotify ? "NOTIFY" : kind == Kind::kListen ? "LISTEN" : "UNLISTEN", {}};
}

// All that can fail, before the transaction is committed.
Result<void> SessionImpl::prepare_messages() {
    if (messages_.empty()) return {};
    if (messages_.listens() > 0 && !mailbox_) {
        try {
            mailbox_ = std::make_shared<Mailbox>(wire_.fd());
        } catch (const std::system_error& error) {
            return Error{sqlstate::kInsufficientResources, "cannot listen", error.what(), "Try again."};
        }
    }
    const std::size_t listening = mailbox_ ? group_.notifications.channels_of(*mailbox_).size() : 0;
    if (messages_.listens() > 0 && listening + messages_.listens() > TransactionMessages::kMaxListens) {
        return Error{sqlstate::kConfigurationLimitExceeded, "too many channels are listened to", "",
                     "UNLISTEN those that are no longer of interest."};
    }
    return group_.notifications.check_room(messages_.notifications(info_.backend_pid));
}

void SessionImpl::deliver_messages() {
    if (messages_.empty()) return;
    using Kind = TransactionMessages::Kind;
    for (const TransactionMessages::Message& message : messages_.all()) {
        if (message.kind == Kind::kListen) group_.notifications.listen(message.channel, mailbox_);
        if (!mailbox_) continue;
        if (message.kind == Kind::kUnlisten) group_.notifications.unlisten(message.channel, *mailbox_);
        if (message.kind == Kind::kUnlistenAll) group_.notifications.unlisten_all(*mailbox_);
    }
    group_.notifications.send(messages_.notifications(info_.backend_pid));
    messages_.clear();
}

// Of pg_notify() in a statement that was a transaction of its own: the engine has committed it, so that what fails now
// can only be told.
void SessionImpl::send_messages() {
    if (const Result<void> ready = prepare_messages(); !ready) {
        warn(ready.error().code, ready.error().message);
        return messages_.clear();
    }
    deliver_messages();
}

void SessionImpl::write_notifications() {
    if (!mailbox_ || block_.active()) return;
    for (const Notification& one : mailbox_->take()) {
        pgproto::write_notification(wire_.out(), one.pid, one.channel, one.payload);
    }
}

void SessionImpl::stop_listening() {
    messages_.clear();
    if (mailbox_) group_.notifications.unlisten_all(*mailbox_);
}

}  // namespace smew::pgsession
