#include "observe/audit_lines.hpp"

#include "core/clock.hpp"
#include "telemetry/json_text.hpp"

#include <charconv>
#include <chrono>
#include <cstring>

namespace smew::observe {
namespace {

constexpr std::size_t kKnownSessions = 2000;
constexpr std::int64_t kMicros = 1'000'000;
constexpr std::size_t kMostDigits = 24;  // of a number, with what may follow it
constexpr std::size_t kMostTime = 64;    // bytes of a time

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

// The following write into room that is known to suffice.
char* put(char* at, std::string_view text) {
    std::memcpy(at, text.data(), text.size());
    return at + text.size();
}

char* put_number(char* at, std::uint64_t value) {
    return std::to_chars(at, at + kMostDigits, value).ptr;
}

char* put_thousandths(char* at, std::uint64_t value) {
    const auto digit = [](std::uint64_t number) { return static_cast<char>('0' + number % 10); };
    *at++ = '.';
    *at++ = digit(value / 100);
    *at++ = digit(value / 10);
    *at++ = digit(value);
    return at;
}

// Milliseconds, to the microsecond.
char* put_milliseconds(char* at, std::uint64_t micros) {
    at = put_number(at, micros / 1000);
    return micros % 1000 == 0 ? at : put_thousandths(at, micros % 1000);
}

}  // namespace

char* AuditLines::put_time(char* at, std::int64_t micros) {
    const std::int64_t second = micros / kMicros;
    if (second != second_) {
        second_ = second;
        second_text_ = to_iso8601(WallTime(std::chrono::seconds(second)));
        second_text_.resize(second_text_.rfind('.'));
    }
    at = put(at, second_text_);
    return put_thousandths(at, static_cast<std::uint64_t>(micros % kMicros) / 1000);
}

const AuditLines::Session& AuditLines::session_of(const link::QueryRecord& record) {
    if (const auto found = sessions_.find(record.session.value()); found != sessions_.end()) return found->second;
    if (sessions_.size() >= kKnownSessions) sessions_.clear();
    Session& session = sessions_[record.session.value()];
    append_text(session.ids, R"(Z","workspace_id":)", record.workspace.value());
    append_text(session.ids, R"(,"project_id":)", record.project.value());
    append_text(session.ids, R"(,"session_id":)", record.session.value());
    append_text(session.ids, R"(,"query_id":)", record.session.value());
    session.ids.back() = '-';  // in the place of the closing quote
    append_text(session.client, R"(","username":)", record.user);
    append_text(session.client, R"(,"client_ip":)", record.client_address);
    return session;
}

void AuditLines::make(Texts& texts, const link::QueryRecord& record) {
    const Session& session = session_of(record);
    texts.shape = record.shape;
    texts.ids = session.ids;
    texts.statement = session.client;
    append_text_or_null(texts.statement, R"(,"query":)", record.query);
    append_text(texts.statement, R"(,"query_hash":)", record.query_hash);
    texts.statement += R"(,"duration_ms":)";
    texts.outcome.clear();
    append_text(texts.outcome, R"(,"status":)", to_text(record.status));
    append_text_or_null(texts.outcome, R"(,"error":)", record.error);
    texts.outcome += "}\n";
}

const AuditLines::Texts& AuditLines::texts_of(const link::QueryRecord& record) {
    Texts& texts = record.shape == 0 ? passing_ : known_[record.shape % kKnownShapes];
    if (record.shape == 0 || texts.shape != record.shape) make(texts, record);
    return texts;
}

void AuditLines::append(std::string& out, const link::QueryRecord& record) {
    constexpr std::string_view kEvent = R"({"event":"query_executed","timestamp":")";
    constexpr std::string_view kRows = R"(,"rows_returned":)", kBytes = R"(,"bytes_returned":)";
    const Texts& texts = texts_of(record);
    const std::size_t before = out.size();
    out.resize(before + kEvent.size() + kMostTime + texts.ids.size() + texts.statement.size() + kRows.size() +
               kBytes.size() + texts.outcome.size() + 4 * kMostDigits);
    char* at = put(out.data() + before, kEvent);
    at = put_time(at, record.started_at_us + static_cast<std::int64_t>(record.duration_us));
    at = put(at, texts.ids);
    at = put_number(at, record.number);
    at = put(at, texts.statement);
    at = put_milliseconds(at, record.duration_us);
    at = put(at, kRows);
    at = put_number(at, record.rows_returned);
    at = put(at, kBytes);
    at = put_number(at, record.bytes_returned);
    at = put(at, texts.outcome);
    out.resize(static_cast<std::size_t>(at - out.data()));
}

}  // namespace smew::observe
