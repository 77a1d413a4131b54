#include "reporting/statement_traces.hpp"

#include "reporting/statement_text.hpp"

#include <algorithm>

namespace smew::reporting {
namespace {

using std::chrono::microseconds;
using tracing::SpanRecord;

tracing::Traffic traffic_of(link::Door door) {
    switch (door) {
        case link::Door::kWebsocket:
            return tracing::Traffic::kWebSocket;
        case link::Door::kRest:
        case link::Door::kConsole:
            return tracing::Traffic::kApi;
        case link::Door::kPgwire:
        case link::Door::kInternal:
            break;
    }
    return tracing::Traffic::kOther;
}

microseconds micros(std::uint64_t count) {
    return microseconds(static_cast<std::int64_t>(count));
}

std::int64_t number(std::uint64_t count) {
    return static_cast<std::int64_t>(count);
}

// The names are those both of Sentry's database pages and of OpenTelemetry's conventions.
tracing::Attributes facts_of(const link::QueryRecord& record) {
    tracing::Attributes facts{{"db.system", "postgresql"},
                              {"db.system.name", "postgresql"},
                              {"db.name", record.workspace.value()},
                              {"db.namespace", record.workspace.value()},
                              {"db.operation", operation_of(record)},
                              {"db.operation.name", operation_of(record)},
                              {"smew.query_hash", record.query_hash},
                              {"db.response.returned_rows", number(record.rows_returned)},
                              {"smew.bytes_returned", number(record.bytes_returned)}};
    if (record.status != link::QueryStatus::kSuccess)
        facts.emplace_back("db.response.status_code", std::string(record.sqlstate.text()));
    if (record.first_row_us != 0) facts.emplace_back("smew.first_row_us", number(record.first_row_us));
    if (record.spilled_bytes != 0) facts.emplace_back("smew.spilled_bytes", number(record.spilled_bytes));
    return facts;
}

tracing::Status status_of(const link::QueryRecord& record) {
    if (record.status == link::QueryStatus::kTimeout) return tracing::Status::kDeadlineExceeded;
    return tracing::status_of_sqlstate(record.sqlstate.text());
}

SpanRecord query_span(const link::QueryRecord& record, const tracing::SpanId& parent, WallTime start, WallTime end) {
    SpanRecord span{.id = tracing::new_span_id(),
                    .parent = parent,
                    .op = "db.query",
                    .description = told_text(record),
                    .start = start,
                    .end = end,
                    .status = status_of(record),
                    .data = facts_of(record)};
    span.data.emplace_back("db.query.text", span.description);
    return span;
}

}  // namespace

void StatementTraces::executed(const link::QueryRecord& record) {
    if (!tracer_.enabled()) return;
    tracing::Transaction transaction =
        tracer_.record({.name = {},
                        .op = "db.server",
                        .traffic = traffic_of(record.door),
                        .caller = tracing::continuation_of({.traceparent = record.traceparent})});
    if (!transaction.sampled()) return;
    const WallTime start(microseconds(record.started_at_us));
    const WallTime end = start + micros(record.duration_us);
    transaction.set_name(transaction_name(record));
    transaction.set_times(start, end);
    transaction.set_status(status_of(record));
    transaction.set_tag("door", std::string(to_text(record.door)));
    transaction.set_tag("project", record.project.value());
    transaction.set_tag("workspace", record.workspace.value());
    transaction.set_data("smew.session_id", record.session.value());
    SpanRecord query = query_span(record, transaction.id(), start, end);
    if (record.plan_us != 0) {
        transaction.add_span({.id = tracing::new_span_id(),
                              .parent = query.id,
                              .op = "db.plan",
                              .description = "parse, bind and plan",
                              .start = start,
                              .end = start + micros(std::min(record.plan_us, record.duration_us)),
                              .status = tracing::Status::kOk});
    }
    transaction.add_span(std::move(query));
}

}  // namespace smew::reporting
