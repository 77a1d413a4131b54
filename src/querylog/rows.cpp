#include "querylog/rows.hpp"

#include "querylog/sql_literal.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace smew::querylog {
namespace {

struct Column {
    std::string_view name, type;
};

// In the order of append_row().
constexpr std::array kColumns{
    Column{"id", "BIGINT"},  // ascending in time; names a page
    Column{"started_at", "TIMESTAMPTZ"},
    Column{"duration_ms", "DOUBLE"},
    Column{"plan_ms", "DOUBLE"},
    Column{"first_row_ms", "DOUBLE"},
    Column{"project_id", "VARCHAR"},
    Column{"workspace_id", "VARCHAR"},
    Column{"session_id", "VARCHAR"},
    Column{"query_id", "VARCHAR"},
    Column{"username", "VARCHAR"},
    Column{"client_ip", "VARCHAR"},
    Column{"application_name", "VARCHAR"},
    Column{"door", "VARCHAR"},
    Column{"query", "VARCHAR"},
    Column{"query_bytes", "BIGINT"},
    Column{"query_hash", "VARCHAR"},
    Column{"command_tag", "VARCHAR"},
    Column{"rows_returned", "BIGINT"},
    Column{"rows_affected", "BIGINT"},
    Column{"bytes_returned", "BIGINT"},
    Column{"status", "VARCHAR"},
    Column{"sqlstate", "VARCHAR"},
    Column{"error", "VARCHAR"},
    Column{"slow", "BOOLEAN"},
    Column{"plan", "VARCHAR"},
    Column{"peak_memory_bytes", "BIGINT"},
    Column{"spilled_bytes", "BIGINT"},
    Column{"traceparent", "VARCHAR"},
    Column{"queued_ms", "DOUBLE"},
};

class Line {
public:
    explicit Line(std::string& out) : out_(out) {}

    Line& number(std::uint64_t value) {
        std::array<char, 24> text{};
        const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
        return raw({text.data(), end});
    }
    Line& milliseconds(std::uint64_t micros) {
        std::array<char, 32> text{};
        const auto end = std::to_chars(text.data(), text.data() + text.size(), static_cast<double>(micros) / 1000).ptr;
        return raw({text.data(), end});
    }
    Line& raw(std::string_view text) {
        separate();
        out_ += text;
        return *this;
    }
    Line& text(std::string_view value) {
        separate();
        while (!value.empty()) {
            const auto plain = static_cast<std::size_t>(std::ranges::find_if(value, is_special) - value.begin());
            out_ += value.substr(0, plain);
            value.remove_prefix(plain);
            if (value.empty()) break;
            append(value.front());
            value.remove_prefix(1);
        }
        return *this;
    }
    Line& text_or_null(std::string_view value) { return value.empty() ? raw("\\N") : text(value); }
    void end() { out_ += '\n'; }

private:
    static bool is_special(char c) { return c == '\\' || c == '\t' || c == '\n' || c == '\r' || c == '\0'; }

    void separate() {
        if (!first_) out_ += '\t';
        first_ = false;
    }
    void append(char c) {
        switch (c) {
            case '\\':
                out_ += "\\\\";
                return;
            case '\t':
                out_ += "\\t";
                return;
            case '\n':
                out_ += "\\n";
                return;
            case '\r':
                out_ += "\\r";
                return;
            case '\0':  // which no text of the engine holds
                return;
            default:
                out_ += c;
        }
    }

    std::string& out_;
    bool first_ = true;
};

class Conditions {
public:
    void equal(std::string_view column, const std::optional<std::string>& value) {
        if (value) add(std::string(column) + " = " + literal(*value));
    }
    void add(const std::string& condition) { sql_ += (sql_.empty() ? " WHERE " : " AND ") + condition; }
    const std::string& sql() const { return sql_; }

private:
    std::string sql_;
};

}  // namespace

std::string definition() {
    std::string columns;
    for (const Column& column : kColumns) {
        if (!columns.empty()) columns += ", ";
        columns += std::string(column.name) + " " + std::string(column.type);
    }
    return "CREATE TABLE IF NOT EXISTS query_log (" + columns +
           "); ALTER TABLE query_log ADD COLUMN IF NOT EXISTS queued_ms DOUBLE;"  // a log of an older smew
           "CREATE OR REPLACE VIEW slow_queries AS SELECT * FROM query_log WHERE slow";
}

void append_row(std::string& out, std::int64_t id, const link::QueryRecord& record) {
    Line line(out);
    line.number(static_cast<std::uint64_t>(id))
        .text(to_iso8601(WallTime(std::chrono::microseconds(record.started_at_us))))
        .milliseconds(record.duration_us)
        .milliseconds(record.plan_us);
    record.first_row_us == 0 ? line.raw("\\N") : line.milliseconds(record.first_row_us);
    line.text(record.project.value())
        .text(record.workspace.value())
        .text(record.session.value())
        .text(record.session.value() + "-" + std::to_string(record.number))
        .text(record.user)
        .text(record.client_address)
        .text(record.application_name)
        .text(to_text(record.door))
        .text_or_null(record.query)
        .number(record.query_bytes)
        .text(record.query_hash)
        .text_or_null(record.command_tag)
        .number(record.rows_returned)
        .number(record.rows_affected)
        .number(record.bytes_returned)
        .text(to_text(record.status))
        .text(record.sqlstate.text())
        .text_or_null(record.error)
        .raw(record.slow ? "t" : "f")
        .text_or_null(record.plan)
        .number(record.peak_memory_bytes)
        .number(record.spilled_bytes)
        .text_or_null(record.traceparent)
        .milliseconds(record.queued_us)
        .end();
}

std::string search_sql(const Filter& filter) {
    Conditions conditions;
    conditions.equal("project_id", filter.project);
    conditions.equal("workspace_id", filter.workspace);
    conditions.equal("session_id", filter.session);
    conditions.equal("username", filter.user);
    conditions.equal("status", filter.status);
    conditions.equal("query_hash", filter.hash);
    if (filter.text) conditions.add("contains(lower(query), lower(" + literal(*filter.text) + "))");
    if (filter.since) conditions.add("started_at >= " + literal(*filter.since) + "::timestamptz");
    if (filter.until) conditions.add("started_at < " + literal(*filter.until) + "::timestamptz");
    if (filter.min_duration_ms) conditions.add("duration_ms >= " + std::to_string(*filter.min_duration_ms));
    if (filter.slow) conditions.add(*filter.slow ? "slow" : "NOT slow");
    if (filter.before) conditions.add("id < " + std::to_string(*filter.before));
    return "SELECT * REPLACE (strftime(started_at AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%gZ') AS started_at) "
           "FROM query_log" +
           conditions.sql() + " ORDER BY id DESC LIMIT " + std::to_string(filter.limit);
}

std::string delete_before_sql(std::int64_t micros) {
    return "DELETE FROM query_log WHERE started_at < make_timestamptz(" + std::to_string(micros) + ")";
}

// DuckDB gives back the space of whole row groups only, and one of long texts is larger than most logs: what is kept is
// written anew.
std::string drop_oldest_sql() {
    return "CREATE OR REPLACE TABLE query_log AS SELECT * FROM query_log "
           "WHERE id > (SELECT quantile_disc(id, 0.25) FROM query_log) ORDER BY id";
}

}  // namespace smew::querylog
