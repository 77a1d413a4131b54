#include "engine/profile.hpp"

#include "engine/plan_tree.hpp"

#include <duckdb/main/client_config.hpp>
#include <duckdb/main/client_context_state.hpp>
#include <duckdb/main/profiling_node.hpp>
#include <duckdb/main/query_profiler.hpp>

namespace smew::engine {
namespace {

using duckdb::MetricType;
using duckdb::PhysicalOperatorType;

// All DuckDB takes by default but the text, which the record of the statement has already.
const duckdb::profiler_settings_t& metrics() {
    static const duckdb::profiler_settings_t kMetrics = [] {
        auto all = duckdb::MetricsUtils::GetDefaultMetrics();
        all.erase(MetricType::QUERY_NAME);
        all.insert(MetricType::SYSTEM_PEAK_BUFFER_MEMORY);
        all.insert(MetricType::SYSTEM_PEAK_TEMP_DIR_SIZE);
        return all;
    }();
    return kMetrics;
}

// Kept with the connection.
struct ProfileState final : duckdb::ClientContextState {
    std::chrono::milliseconds slow{0};
    bool taken = false;  // of the last statement
    // When it was not: what then ran, for as long as whoever ran it keeps it.
    duckdb::weak_ptr<duckdb::PreparedStatementData> plan;
    std::chrono::steady_clock::time_point planned_at;
};

ProfileState& state_of(duckdb::ClientContext& context) {
    return *context.registered_state->GetOrCreate<ProfileState>("smew_profile");
}

std::uint64_t number(const duckdb::ProfilingInfo& info, MetricType metric) {
    return info.metrics.find(metric) == info.metrics.end() ? 0 : info.GetMetricValue<std::uint64_t>(metric);
}

}  // namespace

void want_profiles(duckdb::ClientContext& context, std::chrono::milliseconds slow) {
    state_of(context).slow = slow;
}

bool profile_next(duckdb::ClientContext& context, std::chrono::microseconds at_worst) {
    ProfileState& state = state_of(context);
    auto& config = duckdb::ClientConfig::GetConfig(context);
    state.taken = state.slow.count() != 0 && at_worst >= state.slow;
    state.plan.reset();
    if (state.taken && !config.enable_profiler) {
        config.profiler_settings = metrics();
        config.emit_profiler_output = false;
        config.profiling_coverage = duckdb::ProfilingCoverage::ALL;
    }
    config.enable_profiler = state.taken;
    return state.taken || state.slow.count() == 0;
}

void note_plan(duckdb::ClientContext& context, const duckdb::shared_ptr<duckdb::PreparedStatementData>& plan) {
    ProfileState& state = state_of(context);
    state.plan = plan;
    state.planned_at = std::chrono::steady_clock::now();
}

void pause_profiles(duckdb::ClientContext& context) {
    duckdb::ClientConfig::GetConfig(context).enable_profiler = false;
}

Profile profile_of_last(duckdb::ClientContext& context, std::chrono::steady_clock::time_point since) {
    Profile profile;
    if (const ProfileState& state = state_of(context); !state.taken) {
        const auto ran = state.planned_at >= since ? state.plan.lock() : nullptr;
        if (ran && ran->physical_plan) profile.plan = plan_without_times(ran->physical_plan->Root());
        return profile;
    }
    auto& profiler = duckdb::QueryProfiler::Get(context);
    profiler.GetRootUnderLock([&](duckdb::optional_ptr<duckdb::ProfilingNode> root) {
        if (!root) return;
        profile.peak_memory_bytes = number(root->GetProfilingInfo(), MetricType::SYSTEM_PEAK_BUFFER_MEMORY);
        profile.spilled_bytes = number(root->GetProfilingInfo(), MetricType::SYSTEM_PEAK_TEMP_DIR_SIZE);
    });
    if (profiler.GetRoot()) profile.plan = profiler.ToJSON();
    return profile;
}

bool worth_profiling(const duckdb::PhysicalOperator& root) {
    switch (root.type) {
        case PhysicalOperatorType::PROJECTION:
        case PhysicalOperatorType::DUMMY_SCAN:
        case PhysicalOperatorType::EMPTY_RESULT:
        case PhysicalOperatorType::RESULT_COLLECTOR:
        case PhysicalOperatorType::COLUMN_DATA_SCAN:
        case PhysicalOperatorType::EXPRESSION_SCAN:
            break;
        default:
            return true;
    }
    for (const auto& child : root.children) {
        if (worth_profiling(child.get())) return true;
    }
    return false;
}

}  // namespace smew::engine
