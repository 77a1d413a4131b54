#include "pgsession/statement_watch.hpp"

#include <utility>

namespace smew::pgsession {

void StatementWatch::attach(engine::Connection* connection) {
    const std::lock_guard lock(mutex_);
    connection_ = connection;
}

void StatementWatch::begin(TimePoint now, std::chrono::milliseconds timeout) {
    const std::lock_guard lock(mutex_);
    running_ = true;
    cancelled_ = CancelReason::kNone;
    deadline_ = timeout.count() == 0 ? TimePoint::max() : now + timeout;
    if (connection_ != nullptr) connection_->statement_begins();
    if (early_ != CancelReason::kNone) cancel_locked(std::exchange(early_, CancelReason::kNone));
}

void StatementWatch::forget_early() {
    const std::lock_guard lock(mutex_);
    early_ = CancelReason::kNone;
}

bool StatementWatch::has_early() {
    const std::lock_guard lock(mutex_);
    return early_ != CancelReason::kNone;
}

void StatementWatch::end() {
    const std::lock_guard lock(mutex_);
    running_ = false;
    if (connection_ != nullptr) connection_->statement_ends();
}

void StatementWatch::cancel(CancelReason reason, bool expected) {
    const std::lock_guard lock(mutex_);
    if (!running_ && expected) early_ = reason;
    cancel_locked(reason);
}

void StatementWatch::cancel_locked(CancelReason reason) {
    if (!running_ || cancelled_ != CancelReason::kNone) return;
    cancelled_ = reason;
    if (connection_ != nullptr) connection_->interrupt(reason);
}

std::chrono::milliseconds StatementWatch::check_deadline(TimePoint now) {
    if (!running()) return std::chrono::milliseconds(0);
    const std::lock_guard lock(mutex_);
    if (!running_ || now < deadline_) return std::chrono::milliseconds(0);
    cancel_locked(CancelReason::kStatementTimeout);
    // At least 1 ms, so that a deadline that has just passed is told from none.
    return std::chrono::duration_cast<std::chrono::milliseconds>(now - deadline_) + std::chrono::milliseconds(1);
}

}  // namespace smew::pgsession
