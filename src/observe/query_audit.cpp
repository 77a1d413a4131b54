#include "observe/query_audit.hpp"

#include "core/clock.hpp"
#include "telemetry/json_text.hpp"
#include "telemetry/log.hpp"

#include <array>
#include <charconv>

namespace smew::observe {
namespace {

constexpr std::size_t kHandedOverAt = 64U << 10;

void append_text(std::string& out, std::string_view name, std::string_view value) {
    out += ",\"";
    out += name;
    out += "\":";
    telemetry::append_json_string(out, value);
}

void append_text_or_null(std::string& out, std::string_view name, std::string_view value) {
    if (!value.empty()) return append_text(out, name, value);
    out += ",\"";
    out += name;
    out += "\":null";
}

void append_digits(std::string& out, std::uint64_t value) {
    std::array<char, 20> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    out.append(digits.data(), end);
}

void append_number(std::string& out, std::string_view name, std::uint64_t value) {
    out += ",\"";
    out += name;
    out += "\":";
    append_digits(out, value);
}

// Milliseconds, to the microsecond.
void append_milliseconds(std::string& out, std::string_view name, std::uint64_t micros) {
    append_number(out, name, micros / 1000);
    const std::uint64_t rest = micros % 1000;
    if (rest == 0) return;
    const auto digit = [](std::uint64_t value) { return static_cast<char>('0' + value % 10); };
    out += {'.', digit(rest / 100), digit(rest / 10), digit(rest)};
}

}  // namespace

void append_audit_line(std::string& out, const link::QueryRecord& record) {
    const auto ended = std::chrono::microseconds(record.started_at_us) + std::chrono::microseconds(record.duration_us);
    out += R"({"event":"query_executed","timestamp":")";
    out += to_iso8601(WallTime(ended));
    out += '"';
    append_text(out, "workspace_id", record.workspace.value());
    append_text(out, "project_id", record.project.value());
    append_text(out, "session_id", record.session.value());
    append_text(out, "query_id", record.session.value());
    out.back() = '-';  // in the place of the closing quote
    append_digits(out, record.number);
    out += '"';
    append_text(out, "username", record.user);
    append_text(out, "client_ip", record.client_address);
    append_text_or_null(out, "query", record.query);
    append_text(out, "query_hash", record.query_hash);
    append_milliseconds(out, "duration_ms", record.duration_us);
    append_number(out, "rows_returned", record.rows_returned);
    append_number(out, "bytes_returned", record.bytes_returned);
    append_text(out, "status", to_text(record.status));
    append_text_or_null(out, "error", record.error);
    out += "}\n";
}

QueryAudit::QueryAudit(RotatingFile file, const QueryPolicy& policy, telemetry::Metrics& metrics)
    : policy_(policy), metrics_(metrics), file_(std::move(file)), thread_([this] { run(); }) {}

QueryAudit::~QueryAudit() {
    hand_over();
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_one();
    thread_.join();
}

void QueryAudit::executed(const link::QueryRecord& record) {
    if (!policy_.audits()) return;
    append_audit_line(made_.text, record);
    ++made_.count;
    if (made_.text.size() >= kHandedOverAt) hand_over();
}

void QueryAudit::hand_over() {
    if (made_.count == 0) return;
    bool room = false;
    {
        const std::lock_guard lock(mutex_);
        room = waiting_.text.size() + made_.text.size() <= kMaxBytes;
        if (room && waiting_.count == 0) {
            std::swap(waiting_, made_);
        } else if (room) {
            waiting_.text += made_.text;
            waiting_.count += made_.count;
        }
    }
    if (room) {
        changed_.notify_one();
    } else {
        metrics_.query_records_dropped(telemetry::Metrics::RecordLoss::kAuditFile, made_.count);
    }
    made_.text.clear();
    made_.count = 0;
}

void QueryAudit::run() {
    Lines lines;
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return stopping_ || waiting_.count != 0; });
        if (waiting_.count == 0) return;
        std::swap(lines, waiting_);
        lock.unlock();
        write(lines);
        lines.text.clear();
        lines.count = 0;
        lock.lock();
    }
}

void QueryAudit::write(const Lines& lines) {
    const Result<void> written = file_.append(lines.text);
    if (!written) metrics_.query_records_dropped(telemetry::Metrics::RecordLoss::kAuditFile, lines.count);
    // Once for each time it begins: the metric tells how many.
    if (!written && !failing_) log::error("query_audit_not_written", {{"error", written.error().message}});
    if (written && failing_) log::info("query_audit_written_again");
    failing_ = !written;
}

}  // namespace smew::observe
