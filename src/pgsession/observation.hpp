#pragma once
// What a worker's sessions are to note of their statements: link::SetObservation, as sessions read it while it changes.

#include "link/query_record.hpp"

#include <atomic>
#include <cstdint>

namespace smew::pgsession {

struct Observation {
    std::atomic<bool> records{false};  // of every statement; else of slow and failed ones only
    std::atomic<bool> slow_plans{false};
    std::atomic<std::uint32_t> max_query_bytes{64U << 10};
    std::atomic<std::uint32_t> slow_threshold_ms{0};  // 0: nothing is slow
    std::atomic<link::TextMode> texts{link::TextMode::kFull};

    void set(const link::SetObservation& wanted) {
        records.store(wanted.records, std::memory_order_relaxed);
        slow_plans.store(wanted.slow_plans, std::memory_order_relaxed);
        max_query_bytes.store(wanted.max_query_bytes, std::memory_order_relaxed);
        slow_threshold_ms.store(wanted.slow_threshold_ms, std::memory_order_relaxed);
        texts.store(wanted.texts, std::memory_order_relaxed);
    }
};

}  // namespace smew::pgsession
