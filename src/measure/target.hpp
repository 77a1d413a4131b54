#pragma once
// What a run has to reach, as users write it (docs/load-testing.md, "Targets"):
//   metric ["{" tag ":" value "}"] [stat] op number [unit] ["over" window] ["abort" ["after" duration]]
//   metric stat "<=" factor "x" "baseline" ["p" "<" alpha]
// "ws.msg p95<2s", "pg.query{class:join} p99 < 500ms over every:10s", "success rate>95%", "pg.query p95<=1.1x
// baseline".

#include "core/error.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace smew::measure {

enum class Comparison { kLess, kLessOrEqual, kGreater, kGreaterOrEqual, kEqual, kNotEqual };
bool holds(double actual, Comparison comparison, double required);

enum class Window { kSteady, kAll, kRamp, kStage, kLast, kEvery };

struct Target {
    std::string text;    // as written
    std::string metric;  // with its tag: "pg.query{class:join}"
    std::string stat;    // "p95", "mean", "rate", …; "value" when none was written
    Comparison comparison = Comparison::kLess;
    double required = 0;        // durations in µs, sizes in bytes, shares in percent
    std::string required_text;  // "< 2s"
    Window window = Window::kSteady;
    std::string stage;          // of kStage
    double window_seconds = 0;  // of kLast and kEvery
    std::optional<double> abort_after_s;
    bool baseline = false;  // `required` is a factor of what the baseline had
    double alpha = 0;       // of baseline: the difference must be this certain; 0 for as it is

    // Set by who makes the targets of a command; users' own have neither.
    std::string label;        // "P95 Latency"
    bool by_default = false;  // not evaluated rather than failed when there is nothing to judge by

    // 0 to 100 for "p99.9" and "med", nothing for other statistics.
    std::optional<double> percentile() const;
};

// Error 22023 names the text, what is wrong with it and what is right.
Result<Target> parse_target(std::string_view text);

// "150ms", "2s", "1.5m", "1h" in seconds; a bare number is seconds.
Result<double> parse_seconds(std::string_view text);

// "<", ">=" as written.
std::string_view to_text(Comparison comparison);

}  // namespace smew::measure
