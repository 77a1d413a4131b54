#include "reporting/statement_errors.hpp"

#include "reporting/statement_text.hpp"
#include "sentry/scrub.hpp"

#include <algorithm>
#include <array>

namespace smew::reporting {
namespace {

// Internal errors, resources, the system below, configuration files: nothing a client could have written better.
constexpr std::array<std::string_view, 4> kServersFault{"XX", "53", "58", "F0"};

sentry::Fields facts_of(const link::QueryRecord& record) {
    return {{"sqlstate", std::string(record.sqlstate.text())},
            {"query", told_text(record)},
            {"query_hash", record.query_hash},
            {"status", std::string(to_text(record.status))},
            {"door", std::string(to_text(record.door))},
            {"session_id", record.session.value()},
            {"duration_ms", static_cast<std::int64_t>(record.duration_us / 1000)}};
}

sentry::Event event_of(const link::QueryRecord& record) {
    const std::string state(record.sqlstate.text());
    sentry::Event event{
        .at = WallTime(std::chrono::microseconds(record.started_at_us + static_cast<std::int64_t>(record.duration_us))),
        .logger = "smew.statements",
        .transaction = transaction_name(record)};
    event.exceptions.push_back({.type = "SQLSTATE " + state,
                                .value = sentry::scrub_error_message(state, record.error),
                                .mechanism = "statement",
                                .data = {{"sqlstate", state}}});
    event.tags = {{"sqlstate", state},
                  {"door", std::string(to_text(record.door))},
                  {"project", record.project.value()},
                  {"workspace", record.workspace.value()}};
    event.contexts.emplace_back("postgres", facts_of(record));
    event.user = {.id = record.workspace.value(), .username = record.user, .ip_address = record.client_address};
    // What the statements are the same in but their literals is one issue.
    event.fingerprint = {"statement", state, record.query_hash};
    event.sqlstate = state;
    if (const auto caller = tracing::continuation_of({.traceparent = record.traceparent}))
        event.trace = sentry::TraceRef{caller->trace, caller->parent};
    return event;
}

}  // namespace

bool StatementErrors::wanted(const link::QueryRecord& record) const {
    if (record.status == link::QueryStatus::kSuccess || which_ == config::StatementErrors::kNone) return false;
    if (which_ == config::StatementErrors::kAll) return true;
    return std::ranges::find(kServersFault, record.sqlstate.text().substr(0, 2)) != kServersFault.end();
}

void StatementErrors::executed(const link::QueryRecord& record) {
    if (client_.enabled() && wanted(record)) client_.capture(event_of(record));
}

}  // namespace smew::reporting
