#include "pgsession/live_limits.hpp"

#include "pgsession/setting_table.hpp"
#include "sql/lexer.hpp"

#include <algorithm>

namespace smew::pgsession {
namespace {

constexpr std::string_view kPrefix = "smew.";

std::string size_or_none(Bytes size) {
    return size.count == 0 ? "0" : to_text(size);
}

Error too_much(const std::string& what, std::string_view setting) {
    return {sqlstate::kProgramLimitExceeded, "the result is larger than " + what, "",
            "Add a LIMIT, read it in parts through a cursor (DECLARE and FETCH), or take all of it with COPY (SELECT "
            "…) TO STDOUT or an export. An admin of the project may raise " +
                std::string(setting) + " of the workspace (PATCH /projects/{project}/workspaces/{workspace})."};
}

}  // namespace

void LiveLimits::set(const link::WorkspaceLimits& limits) {
    const std::lock_guard lock(mutex_);
    limits_ = limits;
    max_result_rows_ = limits.max_result_rows;
    max_result_bytes_ = limits.max_result_bytes.count;
    statement_timeout_ms_ = limits.statement_timeout_ms;
    idle_timeout_ms_ = limits.idle_timeout_ms;
    idle_in_transaction_timeout_ms_ = limits.idle_in_transaction_timeout_ms;
}

link::WorkspaceLimits LiveLimits::get() const {
    const std::lock_guard lock(mutex_);
    return limits_;
}

std::chrono::milliseconds within(std::chrono::milliseconds wanted, std::chrono::milliseconds limit) {
    if (limit.count() == 0) return wanted;
    return wanted.count() > 0 ? std::min(wanted, limit) : limit;
}

std::vector<LimitRow> limit_rows(const LiveLimits& limits) {
    const link::WorkspaceLimits now = limits.get();
    return {{"smew.idle_in_transaction_timeout", milliseconds_text(now.idle_in_transaction_timeout_ms),
             "The longest time a transaction may be idle; 0: no limit."},
            {"smew.idle_timeout", milliseconds_text(now.idle_timeout_ms),
             "The longest time a session may be idle; 0: no limit."},
            {"smew.large_query_percent", std::to_string(now.large_query_percent),
             "The part of the memory that large statements may claim together; 0: no difference is made."},
            {"smew.max_concurrent_queries", std::to_string(now.max_concurrent_queries),
             "The most statements that run in the workspace at a time; others wait."},
            {"smew.max_result_bytes", std::to_string(now.max_result_bytes.count),
             "The most bytes of rows that a statement sends; 0: no limit. COPY is not bounded."},
            {"smew.max_result_rows", std::to_string(now.max_result_rows),
             "The most rows that a statement sends; 0: no limit. COPY is not bounded."},
            {"smew.memory_limit", size_or_none(now.memory), "The memory the workspace has at the moment."},
            {"smew.running_queries_allowed", std::to_string(std::min(limits.turns(), now.max_concurrent_queries)),
             "How many of max_concurrent_queries the limits of the project and the machine leave at the moment."},
            {"smew.size_limit", size_or_none(now.size), "The disk space of the workspace's tables."},
            {"smew.statement_timeout", milliseconds_text(now.statement_timeout_ms),
             "The longest time of a statement; 0: no limit."},
            {"smew.temp_limit", size_or_none(now.temp), "The disk space for what does not fit into memory."}};
}

std::optional<std::string> find_limit(const LiveLimits& limits, std::string_view name) {
    if (!is_limit(name)) return std::nullopt;
    const std::string wanted = sql::to_lower(name);
    for (LimitRow& row : limit_rows(limits)) {
        if (row.name == wanted) return std::move(row.value);
    }
    return std::nullopt;
}

bool is_limit(std::string_view name) {
    return sql::to_lower(name.substr(0, kPrefix.size())) == kPrefix;
}

Result<void> check_delivered(const Delivered& delivered, const LiveLimits& limits) {
    const std::uint64_t rows = limits.max_result_rows(), bytes = limits.max_result_bytes();
    if (rows != 0 && delivered.rows > rows) {
        return too_much(std::to_string(rows) + " rows, the most a statement may send", "max_result_rows");
    }
    if (bytes != 0 && delivered.bytes > bytes) {
        return too_much(to_text(Bytes{bytes}) + ", the most a statement may send", "max_result_bytes");
    }
    return {};
}

}  // namespace smew::pgsession
