#pragma once
// What a workspace allows its sessions, as the gateway last said it. Set by the worker, read by every session's thread.

#include "core/error.hpp"
#include "link/messages.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smew::pgsession {

class LiveLimits {
public:
    void set(const link::WorkspaceLimits& limits);
    link::WorkspaceLimits get() const;

    // What statements ask often. 0: no limit.
    std::uint64_t max_result_rows() const { return max_result_rows_.load(std::memory_order_relaxed); }
    std::uint64_t max_result_bytes() const { return max_result_bytes_.load(std::memory_order_relaxed); }
    std::chrono::milliseconds statement_timeout() const { return time(statement_timeout_ms_); }
    std::chrono::milliseconds idle_timeout() const { return time(idle_timeout_ms_); }
    std::chrono::milliseconds idle_in_transaction_timeout() const { return time(idle_in_transaction_timeout_ms_); }

    // How many of max_concurrent_queries others leave.
    std::uint32_t turns() const { return turns_.load(std::memory_order_relaxed); }
    void set_turns(std::uint32_t turns) { turns_.store(turns, std::memory_order_relaxed); }

    // Whether the workspace holds as much as it may: then nothing is written that makes it larger.
    bool disk_full() const { return disk_full_.load(std::memory_order_relaxed); }
    void set_disk_full(bool full) { disk_full_.store(full, std::memory_order_relaxed); }

private:
    using Milliseconds = std::atomic<std::uint32_t>;
    static std::chrono::milliseconds time(const Milliseconds& value) {
        return std::chrono::milliseconds(value.load(std::memory_order_relaxed));
    }

    mutable std::mutex mutex_;
    link::WorkspaceLimits limits_;  // under mutex_
    std::atomic<std::uint64_t> max_result_rows_{0}, max_result_bytes_{0};
    Milliseconds statement_timeout_ms_{link::WorkspaceLimits().statement_timeout_ms};
    Milliseconds idle_timeout_ms_{link::WorkspaceLimits().idle_timeout_ms};
    Milliseconds idle_in_transaction_timeout_ms_{link::WorkspaceLimits().idle_in_transaction_timeout_ms};
    std::atomic<std::uint32_t> turns_{UINT32_MAX};
    std::atomic<bool> disk_full_{false};
};

// A time-out of a session within the workspace's; 0 is none, on either side.
std::chrono::milliseconds within(std::chrono::milliseconds wanted, std::chrono::milliseconds limit);

// The limits as SHOW smew.memory_limit and its like tell them. They cannot be set.
struct LimitRow {
    std::string_view name;
    std::string value;
    std::string_view description;
};
std::vector<LimitRow> limit_rows(const LiveLimits& limits);
std::optional<std::string> find_limit(const LiveLimits& limits, std::string_view name);
bool is_limit(std::string_view name);

// What one statement has sent of its result.
struct Delivered {
    std::uint64_t rows = 0, bytes = 0;
};
// 54000 when that is more than a statement may send.
Result<void> check_delivered(const Delivered& delivered, const LiveLimits& limits);

}  // namespace smew::pgsession
