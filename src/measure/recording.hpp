#pragma once
// What happened in one stage of a run: for each metric counts and histograms by phase, and what they were each second.
// One thread records.

#include "measure/histogram.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace smew::measure {

// Results are those of kSteady; the others are kept apart so that a warm-up never flatters or spoils them.
enum class Phase : std::uint8_t { kRamp, kWarmUp, kSteady };
inline constexpr std::size_t kPhases = 3;
std::string_view to_text(Phase phase);

enum class Outcome : std::uint8_t { kOk, kFailed, kTimedOut };

struct Sample {
    Phase phase = Phase::kSteady;  // in which it was to start
    Outcome outcome = Outcome::kOk;
    std::uint64_t response_us = 0;  // from when it was to start
    std::uint64_t service_us = 0;   // from when it did
    std::uint64_t rows = 0, bytes = 0;
};

struct Tally {
    std::uint64_t ok = 0, failed = 0, timed_out = 0, rows = 0, bytes = 0;
    Histogram response;  // of successes only
    Histogram service;   // empty when nothing ever waited: the same as response
    Histogram failures;  // how long it took to fail

    std::uint64_t done() const { return ok + failed + timed_out; }
    void add(const Sample& sample, bool with_service);
    void add(const Tally& other);
    void clear();
};

// One second of one metric, for windows of thresholds.
struct Second {
    double at_s = 0;
    std::uint64_t ok = 0, failed = 0;
    Histogram::Sparse response;
};

class Metric {
public:
    // `name` is "pg.query", or "pg.query{class:join}" for a part of it.
    Metric(std::string name, bool open_model) : name_(std::move(name)), open_model_(open_model) {}

    const std::string& name() const { return name_; }
    void add(const Sample& sample);
    const Tally& phase(Phase phase) const { return phases_[static_cast<std::size_t>(phase)]; }
    Tally& phase(Phase phase) { return phases_[static_cast<std::size_t>(phase)]; }
    Tally all() const;

    // The second that is over, whose tally is valid until the next call. Keeps it for windows up to `keep` seconds.
    const Tally& end_second(double at_s, std::size_t keep, bool steady);
    const std::deque<Second>& seconds() const { return seconds_; }  // of steady

    // Still under way when the run ended: neither success nor failure is known.
    std::uint64_t in_flight = 0;

private:
    std::string name_;
    bool open_model_;
    std::array<Tally, kPhases> phases_;
    Tally second_, last_second_;
    std::deque<Second> seconds_;
};

// Rows of numbers, one a second. Missing ones are NaN.
struct Series {
    std::vector<std::string> columns;  // "t_s", "users", "pg.query.rate", …
    std::vector<std::vector<double>> rows;

    std::vector<double> column(std::string_view name) const;
    // The rows between these times.
    std::vector<double> column(std::string_view name, double from_s, double to_s) const;
};

struct ErrorCount {
    std::string kind, code, sample;  // "sqlstate" "53300" "too many connections…"
    std::uint64_t count = 0;
    double first_s = 0, last_s = 0;
};

// Distinct errors, a bounded number of them.
class Errors {
public:
    void add(std::string_view kind, std::string_view code, std::string_view sample, double at_s,
             std::uint64_t count = 1);
    std::vector<ErrorCount> most_frequent_first() const;
    std::uint64_t count(std::string_view kind, std::string_view code) const;

private:
    std::map<std::pair<std::string, std::string>, ErrorCount> errors_;
};

// One stage: a rung of a ladder, or a whole run.
struct Stage {
    std::string name;
    std::size_t users = 0;  // asked for
    double steady_from_s = 0, steady_to_s = 0;
    std::deque<Metric> metrics;             // a deque: what users hold of it stays where it is
    std::map<std::string, double> scalars;  // "users.peak", "rss.start", …
    Series series;

    Metric* metric(std::string_view name);
    const Metric* metric(std::string_view name) const;
    double steady_seconds() const { return steady_to_s - steady_from_s; }
};

}  // namespace smew::measure
