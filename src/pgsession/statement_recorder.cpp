#include "pgsession/statement_recorder.hpp"

#include "core/characters.hpp"
#include "pgsession/traceparent.hpp"

#include <algorithm>
#include <charconv>

namespace smew::pgsession {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::steady_clock;

// As PostgreSQL's track_activity_query_size.
constexpr std::size_t kShownBytes = 1024;
// What an idle session may keep of its last statement.
constexpr std::size_t kKeptBytes = 4096;

std::uint64_t count_of(microseconds time) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(time.count(), 0));
}

std::int64_t wall_micros() {
    return duration_cast<microseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

StatementRecorder::StatementRecorder(const link::AdoptSession& info, const Observation& observation)
    : observation_(observation), recorded_(info.door != link::Door::kInternal) {
    record_.session = info.session;
    record_.user = info.user;
    record_.client_address = info.client_address;
    record_.door = info.door;
}

void StatementRecorder::begin(std::string_view text, TimePoint now, std::uint64_t written) {
    text_ = text;
    started_ = now;
    written_before_ = written;
    notes_ = {};
}

StatementNotes StatementRecorder::suspend(TimePoint now, std::uint64_t written) const {
    StatementNotes notes = notes_;
    notes.taken += duration_cast<microseconds>(now - started_);
    notes.bytes += written - written_before_;
    return notes;
}

// Over other doors nobody wrote the comment with the trace: it is the gateway's.
std::string_view StatementRecorder::as_written() const {
    return record_.door == link::Door::kPgwire ? text_ : without_traceparent(text_);
}

void StatementRecorder::publish() {
    const std::lock_guard lock(mutex_);
    shown_query_.assign(whole_characters(as_written(), kShownBytes));
    shown_unreadable_ = false;
    shown_since_ = started_;
}

void StatementRecorder::keep_text() {
    // What is recorded of a text is no more than this, but its length is that of the whole.
    kept_text_ = text_;
    text_ = kept_text_;
}

void StatementRecorder::set_application_name(const std::string& name) {
    record_.application_name = name;
    session_traceparent_ = find_traceparent(name);
    const std::lock_guard lock(mutex_);
    shown_application_ = name;
}

microseconds StatementRecorder::since_start() const {
    return notes_.taken + duration_cast<microseconds>(steady_clock::now() - started_);
}

std::int64_t StatementRecorder::wall_micros_at(TimePoint now) {
    const auto micros = [](TimePoint time) { return duration_cast<microseconds>(time.time_since_epoch()).count(); };
    if (wall_read_ == TimePoint{} || now - wall_read_ > std::chrono::seconds(1)) {
        wall_read_ = steady_clock::now();
        wall_offset_us_ = wall_micros() - micros(wall_read_);
    }
    return micros(now) + wall_offset_us_;
}

void StatementRecorder::note_first_row() {
    notes_.first_row = since_start();
}

link::QueryRecord* StatementRecorder::end(const End& end) {
    if (end.error != nullptr && end.error->code == sqlstate::kSyntaxError) {
        const std::lock_guard lock(mutex_);
        shown_unreadable_ = true;
    }
    if (!recorded_ || text_.empty()) return nullptr;
    const microseconds taken = notes_.taken + end.taken;
    const std::chrono::milliseconds threshold(observation_.slow_threshold_ms.load(std::memory_order_relaxed));
    record_.slow = threshold.count() != 0 && taken >= threshold;
    const bool all = observation_.records.load(std::memory_order_relaxed);
    if (!all && !record_.slow && end.status == link::QueryStatus::kSuccess) return nullptr;
    record_.number = end.number;
    record_.plan = {};
    record_.peak_memory_bytes = record_.spilled_bytes = 0;
    record_.started_at_us = wall_micros_at(started_ + end.taken) - taken.count();
    record_.duration_us = count_of(taken);
    record_.plan_us = count_of(notes_.planning);
    record_.first_row_us = count_of(notes_.first_row);
    record_.queued_us = count_of(end.queued);
    record_.rows_returned = notes_.rows;
    record_.rows_affected = rows_affected(end.tag, notes_.rows);
    record_.bytes_returned = notes_.bytes + end.written - written_before_;
    record_.status = end.status;
    record_.sqlstate = end.error == nullptr ? sqlstate::kSuccess : end.error->code;
    record_.error = end.error == nullptr ? std::string_view() : std::string_view(end.error->message);
    record_.command_tag = end.tag;
    if (record_.query.capacity() > kKeptBytes) record_.query = {};
    const std::string_view written = as_written();
    record_.query = whole_characters(written, observation_.max_query_bytes.load(std::memory_order_relaxed));
    record_.query_bytes = written.size();
    const std::string_view trace = statement_traceparent(text_);
    record_.traceparent = trace.empty() ? std::string_view(session_traceparent_) : trace;
    text_ = {};
    if (kept_text_.capacity() > kKeptBytes) kept_text_ = {};
    return &record_;
}

void StatementRecorder::show(link::SessionActivity& activity) const {
    TimePoint since;
    {
        const std::lock_guard lock(mutex_);
        activity.query = shown_query_;
        activity.unreadable = shown_unreadable_;
        activity.application_name = shown_application_;
        since = shown_since_;
    }
    if (since != TimePoint{}) {
        activity.query_started_us = wall_micros() - duration_cast<microseconds>(steady_clock::now() - since).count();
    }
}

std::uint64_t rows_affected(std::string_view tag, std::uint64_t rows_returned) {
    const bool changes =
        tag.starts_with("INSERT") || tag.starts_with("UPDATE") || tag.starts_with("DELETE") || tag.starts_with("MERGE");
    // CREATE TABLE AS says SELECT, and COPY says the same in both directions.
    const bool fills = rows_returned == 0 && (tag.starts_with("SELECT") || tag.starts_with("COPY"));
    if (!changes && !fills) return 0;
    std::uint64_t count = 0;
    const std::size_t number = tag.rfind(' ') + 1;
    std::from_chars(tag.data() + number, tag.data() + tag.size(), count);
    return count;
}

}  // namespace smew::pgsession
