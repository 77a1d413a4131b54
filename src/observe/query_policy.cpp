#include "observe/query_policy.hpp"

#include "sql/normaliser.hpp"

#include <algorithm>

namespace smew::observe {
namespace {

// What is normalised and hashed of a text, though less of it is kept.
constexpr std::uint32_t kHashedBytes = 64U << 10;

link::TextMode text_mode(config::QueryAuditMode mode) {
    switch (mode) {
        case config::QueryAuditMode::kFull:
            return link::TextMode::kFull;
        case config::QueryAuditMode::kStructure:
            return link::TextMode::kStructure;
        case config::QueryAuditMode::kHashOnly:
            break;
    }
    return link::TextMode::kHashOnly;
}

}  // namespace

std::string QueryPolicy::shown(const link::SessionActivity& activity) const {
    const config::QueryAuditMode mode = values().mode;
    if (mode == config::QueryAuditMode::kFull || activity.query.empty()) return activity.query;
    return mode == config::QueryAuditMode::kStructure ? sql::without_literals(activity.query, activity.unreadable)
                                                      : std::string();
}

QueryPolicy::QueryPolicy(const config::Settings& settings)
    : traced_(!settings.sentry_dsn.empty() || !settings.otlp_endpoint.empty()),
      values_{.audit = settings.query_audit_enabled,
              .mode = settings.query_audit_mode,
              .max_length = static_cast<std::uint32_t>(settings.query_audit_max_length),
              .slow_threshold_ms = static_cast<std::uint32_t>(settings.slow_query_threshold_ms),
              .slow_explain = settings.slow_query_explain,
              .slow_log_full = settings.slow_query_log_full},
      audits_(settings.query_audit_enabled) {}

QueryPolicy::Values QueryPolicy::values() const {
    const std::lock_guard lock(mutex_);
    return values_;
}

link::SetObservation QueryPolicy::observation_of(const Values& values) const {
    return {.records = values.audit || traced_,
            .max_query_bytes = std::max(values.max_length, kHashedBytes),
            .slow_threshold_ms = values.slow_threshold_ms,
            .slow_plans = values.slow_explain,
            .texts = text_mode(values.mode)};
}

link::SetObservation QueryPolicy::observation() const {
    const std::lock_guard lock(mutex_);
    return observation_of(values_);
}

void QueryPolicy::follow(std::function<void(const link::SetObservation&)> changed) {
    changed(observation());
    const std::lock_guard lock(mutex_);
    changed_ = std::move(changed);
}

QueryPolicy::Values QueryPolicy::change(const std::function<void(Values&)>& change) {
    std::function<void(const link::SetObservation&)> tell;
    Values now;
    {
        const std::lock_guard lock(mutex_);
        change(values_);
        ++generation_;
        audits_ = values_.audit;
        now = values_;
        tell = changed_;
    }
    if (tell) tell(observation_of(now));
    return now;
}

}  // namespace smew::observe
