#include "fleet/workspace_limits.hpp"

namespace smew::fleet {
namespace {

std::uint32_t milliseconds(const std::optional<std::uint64_t>& seconds, std::chrono::seconds otherwise) {
    const std::uint64_t chosen = seconds.value_or(static_cast<std::uint64_t>(otherwise.count()));
    return static_cast<std::uint32_t>(chosen * 1000);
}

}  // namespace

link::WorkspaceLimits limits_of(const catalog::Workspace& workspace, const config::Settings& settings) {
    const catalog::LimitChoices& own = workspace.limits;
    const auto temp_gb = own.temp_limit_gb.value_or(static_cast<std::uint64_t>(settings.workspace_temp_limit_gb));
    const auto rows = static_cast<std::uint64_t>(settings.workspace_max_result_rows);
    const auto large = static_cast<std::uint64_t>(settings.workspace_large_query_percent);
    const auto queries = static_cast<std::uint64_t>(settings.workspace_max_concurrent_queries);
    return {
        .memory = workspace.memory_limit,
        .size = workspace.size_limit,
        .temp = Bytes{temp_gb << 30U},
        .max_concurrent_queries = static_cast<std::uint32_t>(own.max_concurrent_queries.value_or(queries)),
        .large_query_percent = static_cast<std::uint32_t>(own.large_query_percent.value_or(large)),
        .max_result_rows = own.max_result_rows.value_or(rows),
        .max_result_bytes = Bytes{own.max_result_bytes.value_or(settings.workspace_max_result_bytes.count)},
        .statement_timeout_ms = milliseconds(own.statement_timeout_seconds, settings.pgwire_query_timeout_seconds),
        .idle_timeout_ms = milliseconds(own.idle_timeout_seconds, settings.pgwire_idle_timeout_seconds),
        .idle_in_transaction_timeout_ms =
            milliseconds(own.idle_in_transaction_timeout_seconds, settings.pgwire_idle_in_transaction_timeout_seconds),
    };
}

}  // namespace smew::fleet
