#pragma once
// Notes what the session's statements do and makes one link::QueryRecord of each at its end; shows other threads what
// the session is doing now. A statement through a warm cache takes some microseconds, so what is done for each is
// counted in tens of nanoseconds: no allocation, one clock, one lock that nobody else wants.

#include "core/error.hpp"
#include "link/messages.hpp"
#include "pgsession/observation.hpp"

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace smew::pgsession {

// Of a statement so far. A suspended portal keeps its own until it goes on.
struct StatementNotes {
    std::chrono::microseconds taken{0};  // by earlier executions of the same portal
    std::chrono::microseconds planning{0}, first_row{0};
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;  // of earlier executions
};

class StatementRecorder {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    // What it refers to outlives it.
    StatementRecorder(const link::AdoptSession& info, const Observation& observation);

    // ---- the session's thread
    // A message or statement begins. `text` stays where it is until the statement's end or keep_text(). `written`: the
    // bytes the session has answered with so far.
    void begin(std::string_view text, TimePoint now, std::uint64_t written);
    // The same statement, of which earlier executions are known.
    void resume(const StatementNotes& notes) { notes_ = notes; }
    StatementNotes suspend(TimePoint now, std::uint64_t written) const;
    // Nothing is known of what comes next.
    void forget() { text_ = {}; }
    std::string_view text() const { return text_; }  // of the running statement
    // Shows the text to those who look at the session.
    void publish();
    // For a statement that outlives its message.
    void keep_text();
    void set_application_name(const std::string& name);

    void rows(std::uint64_t count) {
        if (notes_.rows == 0 && count != 0) note_first_row();
        notes_.rows += count;
    }
    void planned() { notes_.planning = since_start(); }

    struct End {
        link::QueryStatus status = link::QueryStatus::kSuccess;
        std::string_view tag;                // of a success
        const Error* error = nullptr;        // of anything else
        std::chrono::microseconds taken{0};  // since begin()
        std::uint64_t written = 0;
        std::uint64_t number = 0;
        std::chrono::microseconds queued{0};  // before begin(), or within it for memory
    };
    // The record, good until the next call; nullptr when none is wanted.
    link::QueryRecord* end(const End& end);

    // ---- any thread
    // Fills in application name, query and its start.
    void show(link::SessionActivity& activity) const;

private:
    std::string_view as_written() const;
    void note_first_row();
    std::chrono::microseconds since_start() const;
    std::int64_t wall_micros_at(TimePoint now);

    const Observation& observation_;
    const bool recorded_;  // sessions of the gateway's own are not
    std::string_view text_;
    std::string kept_text_;
    TimePoint started_{};
    std::uint64_t written_before_ = 0;
    StatementNotes notes_;
    std::string session_traceparent_;  // of application_name
    link::QueryRecord record_;         // its constant parts filled in once
    // The wall clock less the steady one, read when it was more than a second ago that it was.
    std::int64_t wall_offset_us_ = 0;
    TimePoint wall_read_{};

    mutable std::mutex mutex_;  // guards what is shown
    std::string shown_query_, shown_application_;
    TimePoint shown_since_{};
    bool shown_unreadable_ = false;
};

// rows_affected of a finished statement, by its tag.
std::uint64_t rows_affected(std::string_view tag, std::uint64_t rows_returned);

}  // namespace smew::pgsession
