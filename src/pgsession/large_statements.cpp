#include "pgsession/large_statements.hpp"

#include <algorithm>
#include <chrono>

namespace smew::pgsession {
namespace {

constexpr std::chrono::milliseconds kAskEvery{20};  // whether to stop
// What an operator gets of DuckDB's memory at the least, and what a statement may hold without asking.
constexpr std::uint64_t kSmallShare = 16;
// What a statement claims that is large only because its session says so.
constexpr std::uint64_t kChosenShare = 4;

}  // namespace

void LargeStatements::set_room(std::uint64_t memory, std::uint32_t percent, std::uint32_t most) {
    const std::lock_guard lock(mutex_);
    places_ = most;
    memory_ = memory;
    room_ = memory / 100 * percent;
    changed_.notify_all();
}

std::uint64_t LargeStatements::claim_of(std::uint64_t estimate, QueryClass wanted) const {
    if (room_ == 0 || wanted == QueryClass::kSmall) return 0;
    if (wanted == QueryClass::kLarge) return std::max<std::uint64_t>(estimate, memory_ / kChosenShare);
    return estimate > memory_ / kSmallShare ? estimate : 0;
}

// More than there is for all is not to be had: such a statement has it alone, and spills.
bool LargeStatements::fits(std::uint64_t bytes) const {
    return claimed_ == 0 || room_ == 0 || bytes + claimed_ <= room_;
}

LargeStatements::Claim LargeStatements::make(std::uint64_t bytes) {
    claimed_ += bytes;
    return {this, [bytes](LargeStatements* all) { all->release(bytes); }};
}

void LargeStatements::release(std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    claimed_ -= bytes;
    changed_.notify_all();
}

LargeStatements::Place LargeStatements::take_place() {
    const std::lock_guard lock(mutex_);
    if (places_taken_ >= places_) return {};
    ++places_taken_;
    return {this, [](LargeStatements* all) {
                const std::lock_guard again(all->mutex_);
                --all->places_taken_;
            }};
}

LargeStatements::Claim LargeStatements::try_claim(std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    return queue_.empty() && fits(bytes) ? make(bytes) : Claim();
}

LargeStatements::Claim LargeStatements::claim(std::uint64_t bytes, const std::function<bool()>& stop) {
    std::unique_lock lock(mutex_);
    const std::uint64_t number = ++last_;
    queue_.push_back(number);
    const auto my_turn = [&] { return queue_.front() == number && fits(bytes); };
    bool stopped = false;
    while (!stopped && !changed_.wait_for(lock, kAskEvery, my_turn)) {
        lock.unlock();
        stopped = stop();
        lock.lock();
    }
    std::erase(queue_, number);
    changed_.notify_all();
    return stopped ? Claim() : make(bytes);
}

std::uint32_t LargeStatements::waiting() const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::uint32_t>(queue_.size());
}

}  // namespace smew::pgsession
