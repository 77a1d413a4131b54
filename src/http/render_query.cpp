#include "http/render_query.hpp"

#include "core/clock.hpp"

namespace smew::http {
namespace {

namespace json = boost::json;

json::value text_or_null(const std::string& text) {
    return text.empty() ? json::value(nullptr) : json::value(text);
}

double milliseconds(std::uint64_t micros) {
    return static_cast<double>(micros) / 1000;
}

}  // namespace

json::object render(const link::QueryRecord& record) {
    return {{"query_id", record.session.value() + "-" + std::to_string(record.number)},
            {"started_at", to_iso8601(WallTime(std::chrono::microseconds(record.started_at_us)))},
            {"duration_ms", milliseconds(record.duration_us)},
            {"plan_ms", milliseconds(record.plan_us)},
            {"first_row_ms",
             record.first_row_us == 0 ? json::value(nullptr) : json::value(milliseconds(record.first_row_us))},
            {"queued_ms", milliseconds(record.queued_us)},
            {"project_id", record.project.value()},
            {"workspace_id", record.workspace.value()},
            {"session_id", record.session.value()},
            {"username", record.user},
            {"client_ip", record.client_address},
            {"application_name", record.application_name},
            {"door", to_text(record.door)},
            {"query", text_or_null(record.query)},
            {"query_bytes", record.query_bytes},
            {"query_hash", record.query_hash},
            {"command_tag", text_or_null(record.command_tag)},
            {"rows_returned", record.rows_returned},
            {"rows_affected", record.rows_affected},
            {"bytes_returned", record.bytes_returned},
            {"status", to_text(record.status)},
            {"sqlstate", record.sqlstate.text()},
            {"error", text_or_null(record.error)},
            {"traceparent", text_or_null(record.traceparent)}};
}

}  // namespace smew::http
