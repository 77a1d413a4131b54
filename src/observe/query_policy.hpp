#pragma once
// What of the statements is kept; can be changed while the server runs. Thread-safe.

#include "config/settings.hpp"
#include "link/query_record.hpp"

#include <atomic>
#include <functional>
#include <mutex>

namespace smew::observe {

class QueryPolicy {
public:
    struct Values {
        bool audit = true;  // query_audit_enabled
        config::QueryAuditMode mode = config::QueryAuditMode::kFull;
        std::uint32_t max_length = 10'000;
        std::uint32_t slow_threshold_ms = 1000;
        bool slow_explain = true;
        bool slow_log_full = true;
    };

    explicit QueryPolicy(const config::Settings& settings);

    Values values() const;
    // What those who look at a session may see of its text, in the mode of this moment.
    std::string shown(const link::SessionActivity& activity) const;
    // What the workers have to be told for it.
    link::SetObservation observation() const;
    // `changed` is called with every new observation, also at once: Fleet::observe.
    void follow(std::function<void(const link::SetObservation&)> changed);
    // `change` edits the values; gives them as they then are.
    Values change(const std::function<void(Values&)>& change);
    // Grows with every change.
    std::uint64_t generation() const { return generation_.load(std::memory_order_acquire); }
    // Of values(), without their lock.
    bool audits() const { return audits_.load(std::memory_order_relaxed); }

private:
    link::SetObservation observation_of(const Values& values) const;

    const bool traced_;  // somebody is told of every statement, whether audited or not
    mutable std::mutex mutex_;
    Values values_;
    std::atomic<std::uint64_t> generation_{0};
    std::atomic<bool> audits_;
    std::function<void(const link::SetObservation&)> changed_;
};

}  // namespace smew::observe
