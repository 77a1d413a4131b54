#include "observe/audit_lines.hpp"

#include "core/clock.hpp"
#include "telemetry/json_text.hpp"

#include <array>
#include <charconv>
#include <chrono>

namespace smew::observe {
namespace {

constexpr std::size_t kKnownSessions = 2000;
constexpr std::int64_t kMicros = 1'000'000;

// These take the name with its comma, quotes and colon, which costs nothing at run time.
void append_text(std::string& out, std::string_view name, std::string_view value) {
    out += name;
    telemetry::append_json_string(out, value);
}

void append_text_or_null(std::string& out, std::string_view name, std::string_view value) {
    if (!value.empty()) return append_text(out, name, value);
    out += name;
    out += "null";
}

void append_digits(std::string& out, std::uint64_t value) {
    std::array<char, 20> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    out.append(digits.data(), end);
}

void append_number(std::string& out, std::string_view name, std::uint64_t value) {
    out += name;
    append_digits(out, value);
}

void append_thousandths(std::string& out, std::uint64_t value) {
    const auto digit = [](std::uint64_t number) { return static_cast<char>('0' + number % 10); };
    const std::array<char, 4> text{'.', digit(value / 100), digit(value / 10), digit(value)};
    out.append(text.data(), text.size());
}

// Milliseconds, to the microsecond.
void append_milliseconds(std::string& out, std::string_view name, std::uint64_t micros) {
    append_number(out, name, micros / 1000);
    if (micros % 1000 != 0) append_thousandths(out, micros % 1000);
}

}  // namespace

void AuditLines::append_time(std::string& out, std::int64_t micros) {
    const std::int64_t second = micros / kMicros;
    if (second != second_) {
        second_ = second;
        second_text_ = to_iso8601(WallTime(std::chrono::seconds(second)));
        second_text_.resize(second_text_.rfind('.'));
    }
    out += second_text_;
    append_thousandths(out, static_cast<std::uint64_t>(micros % kMicros) / 1000);
    out += 'Z';
}

const AuditLines::Session& AuditLines::session_of(const link::QueryRecord& record) {
    if (const auto found = sessions_.find(record.session.value()); found != sessions_.end()) return found->second;
    if (sessions_.size() >= kKnownSessions) sessions_.clear();
    Session& session = sessions_[record.session.value()];
    append_text(session.ids, R"(,"workspace_id":)", record.workspace.value());
    append_text(session.ids, R"(,"project_id":)", record.project.value());
    append_text(session.ids, R"(,"session_id":)", record.session.value());
    append_text(session.ids, R"(,"query_id":)", record.session.value());
    session.ids.back() = '-';  // in the place of the closing quote
    append_text(session.client, R"(","username":)", record.user);
    append_text(session.client, R"(,"client_ip":)", record.client_address);
    return session;
}

void AuditLines::append(std::string& out, const link::QueryRecord& record) {
    const Session& session = session_of(record);
    out += R"({"event":"query_executed","timestamp":")";
    append_time(out, record.started_at_us + static_cast<std::int64_t>(record.duration_us));
    out += '"';
    out += session.ids;
    append_digits(out, record.number);
    out += session.client;
    append_text_or_null(out, R"(,"query":)", record.query);
    append_text(out, R"(,"query_hash":)", record.query_hash);
    append_milliseconds(out, R"(,"duration_ms":)", record.duration_us);
    append_number(out, R"(,"rows_returned":)", record.rows_returned);
    append_number(out, R"(,"bytes_returned":)", record.bytes_returned);
    append_text(out, R"(,"status":)", to_text(record.status));
    append_text_or_null(out, R"(,"error":)", record.error);
    out += "}\n";
}

}  // namespace smew::observe
