#include "worker/statistics.hpp"

#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

namespace smew::worker {
namespace {

std::uint64_t taken(std::atomic<std::uint64_t>& counter) {
    return counter.exchange(0, std::memory_order_relaxed);
}

constexpr std::size_t index_of(pgsession::StatementOutcome outcome) {
    return static_cast<std::size_t>(outcome);
}

}  // namespace

void Statistics::statement_done(pgsession::StatementOutcome outcome, std::chrono::microseconds duration) {
    outcomes_[index_of(outcome)].fetch_add(1, std::memory_order_relaxed);
    durations_[duration_bucket(duration)].fetch_add(1, std::memory_order_relaxed);
    duration_total_us_.fetch_add(static_cast<std::uint64_t>(duration.count()), std::memory_order_relaxed);
}

link::Stats Statistics::take() {
    using pgsession::StatementOutcome;
    link::Stats stats;
    stats.queries_success = taken(outcomes_[index_of(StatementOutcome::kSuccess)]);
    stats.queries_error = taken(outcomes_[index_of(StatementOutcome::kError)]);
    stats.queries_timeout = taken(outcomes_[index_of(StatementOutcome::kTimeout)]);
    stats.queries_cancelled = taken(outcomes_[index_of(StatementOutcome::kCancelled)]);
    for (Counter& bucket : durations_) stats.duration_buckets.push_back(taken(bucket));
    stats.duration_total_us = taken(duration_total_us_);
    stats.bytes_sent = taken(bytes_sent_);
    stats.rows_sent = taken(rows_sent_);
    return stats;
}

PrivateMemory::PrivateMemory() : statm_(::open("/proc/self/statm", O_RDONLY | O_CLOEXEC)) {}

std::uint64_t PrivateMemory::bytes() const {
    // "size resident shared …", in pages; see proc(5). Shared are the program and its library, the same for all
    // workers.
    std::array<char, 128> text{};
    const ssize_t length = ::pread(statm_.get(), text.data(), text.size() - 1, 0);
    if (length <= 0) return 0;
    std::array<std::uint64_t, 3> pages{};
    char* at = text.data();
    for (std::uint64_t& number : pages) number = std::strtoull(at, &at, 10);
    const std::uint64_t own = pages[1] > pages[2] ? pages[1] - pages[2] : 0;
    return own * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace smew::worker
