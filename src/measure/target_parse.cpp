#include "measure/target.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <vector>

namespace smew::measure {
namespace {

constexpr std::array<std::string_view, 14> kStats{"min",  "mean",  "avg",   "med",   "max",     "stddev", "count",
                                                  "rate", "value", "slope", "ratio", "success", "peak",   "goodput"};

struct Unit {
    std::string_view name;
    double factor;
};
// Durations in microseconds, sizes in bytes, everything else as it is.
constexpr std::array<Unit, 13> kUnits{{{"", 1},
                                       {"us", 1},
                                       {"ms", 1e3},
                                       {"s", 1e6},
                                       {"m", 6e7},
                                       {"%", 1},
                                       {"%/h", 1},
                                       {"/s", 1},
                                       {"x", 1},
                                       {"B", 1},
                                       {"KiB", 1024},
                                       {"MiB", 1048576},
                                       {"GiB", 1073741824}}};
constexpr std::array<std::string_view, 6> kComparisons{"<", "<=", ">", ">=", "==", "!="};

// Reads a target from left to right. A part that is missing is taken as empty, and said by who needs it.
class Reader {
public:
    explicit Reader(std::string_view text) : left_(text) { skip_blanks(); }

    template <class Belongs>
    std::string take(Belongs belongs) {
        std::size_t size = 0;
        while (size < left_.size() && belongs(left_[size])) ++size;
        std::string taken(left_.substr(0, size));
        left_.remove_prefix(size);
        skip_blanks();
        return taken;
    }
    std::string word() {
        return take([](char c) { return std::isspace(static_cast<unsigned char>(c)) == 0; });
    }
    bool take_word(std::string_view word) {
        const bool whole =
            left_.size() == word.size() ||
            (left_.size() > word.size() && std::isalnum(static_cast<unsigned char>(left_[word.size()])) == 0);
        if (!left_.starts_with(word) || !whole) return false;
        left_.remove_prefix(word.size());
        skip_blanks();
        return true;
    }
    std::string tag() {
        if (!left_.starts_with('{')) return "";
        const std::size_t end = std::min(left_.find('}'), left_.size() - 1);
        std::string taken;
        for (const char c : left_.substr(0, end + 1)) {
            if (c != ' ') taken += c;
        }
        left_.remove_prefix(end + 1);
        skip_blanks();
        return taken;
    }
    std::optional<double> number() {
        double value = 0;
        const auto [end, error] = std::from_chars(left_.data(), left_.data() + left_.size(), value);
        if (error != std::errc()) return std::nullopt;
        left_.remove_prefix(static_cast<std::size_t>(end - left_.data()));
        skip_blanks();
        return value;
    }
    bool at_end() const { return left_.empty(); }

private:
    void skip_blanks() { left_.remove_prefix(std::min(left_.find_first_not_of(' '), left_.size())); }
    std::string_view left_;
};

Error wrong(std::string_view text, const std::string& why) {
    return {sqlstate::kInvalidParameterValue, "target \"" + std::string(text) + "\": " + why, "",
            "Write a target like \"ws.msg p95<2s\", \"success rate>95%\" or \"pg.query p99<50ms over every:10s\"."};
}

bool is_name(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_';
}
bool is_comparison(char c) {
    return c == '<' || c == '>' || c == '=' || c == '!';
}
bool is_unit(char c) {
    return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '%' || c == '/';
}

// "p(95)" and "p95" are one; nothing for what is no statistic.
std::optional<std::string> stat_named(std::string text) {
    std::erase_if(text, [](char c) { return c == '(' || c == ')' || c == ' '; });
    if (text.empty()) return "value";
    Target named;
    named.stat = text;
    if (named.percentile() || std::ranges::count(kStats, text) > 0) return text == "avg" ? "mean" : text;
    return std::nullopt;
}

Result<void> read_window(Reader& in, Target& target) {
    const std::string window = in.word();
    const std::size_t colon = window.find(':');
    const std::string kind = window.substr(0, colon),
                      value = colon == std::string::npos ? "" : window.substr(colon + 1);
    if (kind == "steady" || kind == "all" || kind == "ramp") {
        target.window = kind == "steady" ? Window::kSteady : kind == "all" ? Window::kAll : Window::kRamp;
        return {};
    }
    if (kind == "stage" && !value.empty()) {
        target.window = Window::kStage;
        target.stage = value;
        return {};
    }
    const auto seconds = parse_seconds(value);
    if ((kind != "last" && kind != "every") || !seconds || *seconds < 1) {
        return wrong(target.text,
                     "\"" + window + "\" is no window: steady, all, ramp, stage:NAME, last:30s or every:10s");
    }
    target.window = kind == "last" ? Window::kLast : Window::kEvery;
    target.window_seconds = *seconds;
    return {};
}

Result<void> read_abort(Reader& in, Target& target) {
    target.abort_after_s = 0;
    if (!in.take_word("after")) return {};
    const auto seconds = parse_seconds(in.word());
    if (!seconds) return wrong(target.text, "after \"abort after\" comes a duration such as 10s");
    target.abort_after_s = *seconds;
    return {};
}

Result<void> read_baseline(Reader& in, Target& target) {
    target.baseline = true;
    if (!in.take_word("p")) return {};
    const std::string comparison = in.take(is_comparison);
    const auto alpha = in.number();
    if (comparison != "<" || !alpha) return wrong(target.text, "after \"baseline\" comes nothing or \"p<0.05\"");
    target.alpha = *alpha;
    return {};
}

Result<void> read_number(Reader& in, Target& target) {
    const auto number = in.number();
    if (!number) return wrong(target.text, "a number is missing after the comparison");
    const std::string name = in.take(is_unit);
    const auto unit = std::ranges::find(kUnits, name, &Unit::name);
    if (unit == kUnits.end()) {
        return wrong(target.text, "\"" + name + "\" is no unit: us, ms, s, m, %, %/h, /s, x, B, KiB, MiB or GiB");
    }
    target.required = *number * unit->factor;
    std::string digits = std::to_string(*number);
    digits.erase(digits.find_last_not_of('0') + 1);
    if (digits.ends_with('.')) digits.pop_back();
    target.required_text = std::string(to_text(target.comparison)) + " " + digits + name;
    return {};
}

Result<void> read_rest(Reader& in, Target& target) {
    if (in.take_word("baseline")) {
        if (const auto done = read_baseline(in, target); !done) return done.error();
    }
    if (in.take_word("over")) {
        if (const auto done = read_window(in, target); !done) return done.error();
    }
    if (in.take_word("abort")) {
        if (const auto done = read_abort(in, target); !done) return done.error();
    }
    if (!in.at_end()) return wrong(target.text, "\"" + in.word() + "\" is not understood");
    return {};
}

}  // namespace

std::optional<double> Target::percentile() const {
    if (stat == "med") return 50;
    double value = 0;
    const char* end = stat.data() + stat.size();
    if (stat.size() < 2 || stat[0] != 'p') return std::nullopt;
    const auto read = std::from_chars(stat.data() + 1, end, value);
    if (read.ec != std::errc() || read.ptr != end || value < 0 || value > 100) return std::nullopt;
    return value;
}

bool holds(double actual, Comparison comparison, double required) {
    switch (comparison) {
        case Comparison::kLess:
            return actual < required;
        case Comparison::kLessOrEqual:
            return actual <= required;
        case Comparison::kGreater:
            return actual > required;
        case Comparison::kGreaterOrEqual:
            return actual >= required;
        case Comparison::kEqual:
            return actual == required;
        case Comparison::kNotEqual:
            return actual != required;
    }
    return false;
}

std::string_view to_text(Comparison comparison) {
    return kComparisons[static_cast<std::size_t>(comparison)];
}

Result<Target> parse_target(std::string_view text) {
    Reader in(text);
    Target target;
    target.text = text;
    target.metric = in.take(is_name);
    if (target.metric.empty()) return wrong(text, "it does not begin with the name of a metric");
    target.metric += in.tag();
    const auto stat = stat_named(in.take([](char c) { return !is_comparison(c); }));
    if (!stat) return wrong(text, "unknown statistic; min, mean, med, max, stddev, p95, p99.9, count, rate, value …");
    target.stat = *stat;
    const std::string comparison = in.take(is_comparison);
    const auto found = std::ranges::find(kComparisons, comparison);
    if (found == kComparisons.end()) return wrong(text, "a comparison is missing: < <= > >= == !=");
    target.comparison = static_cast<Comparison>(found - kComparisons.begin());
    if (const auto read = read_number(in, target); !read) return read.error();
    if (const auto read = read_rest(in, target); !read) return read.error();
    return target;
}

Result<double> parse_seconds(std::string_view text) {
    Reader in(text);
    const auto number = in.number();
    const std::string unit = in.take(is_unit);
    const std::vector<Unit> units{{"", 1}, {"us", 1e-6}, {"ms", 1e-3}, {"s", 1}, {"m", 60}, {"h", 3600}};
    const auto found = std::ranges::find(units, unit, &Unit::name);
    if (!number || *number < 0 || found == units.end() || !in.at_end()) {
        return Error{sqlstate::kInvalidParameterValue, "\"" + std::string(text) + "\" is no duration", "",
                     "Write one like 30, 30s, 500ms, 5m or 1h."};
    }
    return *number * found->factor;
}

}  // namespace smew::measure
