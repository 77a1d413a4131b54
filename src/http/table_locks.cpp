#include "http/table_locks.hpp"

namespace smew::http {

TableLocks::Hold::Hold(TableLocks& locks, std::string name) : locks_(locks), name_(std::move(name)) {
    {
        const std::lock_guard guard(locks_.mutex_);
        std::shared_ptr<std::mutex>& entry = locks_.tables_[name_];
        if (!entry) entry = std::make_shared<std::mutex>();
        mutex_ = entry;
    }
    mutex_->lock();
}

TableLocks::Hold::~Hold() {
    mutex_->unlock();
    const std::lock_guard guard(locks_.mutex_);
    mutex_.reset();
    const auto entry = locks_.tables_.find(name_);
    // New holders take their share under the same lock, so a count of one means that nobody else is there.
    if (entry != locks_.tables_.end() && entry->second.use_count() == 1) locks_.tables_.erase(entry);
}

std::size_t TableLocks::size() const {
    const std::lock_guard guard(mutex_);
    return tables_.size();
}

}  // namespace smew::http
