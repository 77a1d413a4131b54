// read_interval()
#include "engine/datetime_text.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace smew::engine {
namespace {

constexpr double kMicrosOfSecond = 1e6;
constexpr double kMicrosOfDay = 86400e6;
constexpr double kDaysOfMonth = 30;

struct Unit {
    std::string_view name;
    double months, days, micros;  // one of them
};
constexpr std::array kUnits = {
    Unit{"microsecond", 0, 0, 1},
    Unit{"us", 0, 0, 1},
    Unit{"usec", 0, 0, 1},
    Unit{"millisecond", 0, 0, 1e3},
    Unit{"ms", 0, 0, 1e3},
    Unit{"msec", 0, 0, 1e3},
    Unit{"second", 0, 0, 1e6},
    Unit{"sec", 0, 0, 1e6},
    Unit{"s", 0, 0, 1e6},
    Unit{"minute", 0, 0, 60e6},
    Unit{"min", 0, 0, 60e6},
    Unit{"m", 0, 0, 60e6},
    Unit{"hour", 0, 0, 3600e6},
    Unit{"hr", 0, 0, 3600e6},
    Unit{"h", 0, 0, 3600e6},
    Unit{"day", 0, 1, 0},
    Unit{"d", 0, 1, 0},
    Unit{"week", 0, 7, 0},
    Unit{"w", 0, 7, 0},
    Unit{"month", 1, 0, 0},
    Unit{"mon", 1, 0, 0},
    Unit{"year", 12, 0, 0},
    Unit{"yr", 12, 0, 0},
    Unit{"y", 12, 0, 0},
    Unit{"decade", 120, 0, 0},
    Unit{"dec", 120, 0, 0},
    Unit{"century", 1200, 0, 0},
    Unit{"centurie", 1200, 0, 0},
    Unit{"cent", 1200, 0, 0},
    Unit{"c", 1200, 0, 0},
    Unit{"millennium", 12000, 0, 0},
    Unit{"millennia", 12000, 0, 0},
    Unit{"mil", 12000, 0, 0},
};

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}
bool is_letter(char c) {
    return lower(c) >= 'a' && lower(c) <= 'z';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// Months, days and microseconds apart; the fraction of a month is days, of a day microseconds.
struct Sum {
    double months = 0, days = 0, micros = 0;

    void add(double quantity, const Unit& unit) {
        add_months(quantity * unit.months);
        add_days(quantity * unit.days);
        micros += quantity * unit.micros;
    }
    void add_months(double quantity) {
        const double whole = std::trunc(quantity + (quantity < 0 ? -1e-9 : 1e-9));
        months += whole;
        add_days((quantity - whole) * kDaysOfMonth);
    }
    void add_days(double quantity) {
        const double whole = std::trunc(quantity + (quantity < 0 ? -1e-9 : 1e-9));
        days += whole;
        micros += (quantity - whole) * kMicrosOfDay;
    }
    std::optional<Interval> value(bool negative) const {
        const double sign = negative ? -1 : 1;
        if (std::fabs(months) > 2e9 || std::fabs(days) > 2e9 || std::fabs(micros) > 9e18) return std::nullopt;
        return Interval{static_cast<std::int32_t>(sign * months), static_cast<std::int32_t>(sign * days),
                        static_cast<std::int64_t>(std::llround(sign * micros))};
    }
};

class IntervalText {
public:
    explicit IntervalText(std::string_view text) : text_(text) {}

    std::optional<Interval> read() {
        skip_blanks();
        if (lower(peek()) == 'p') return read_iso();
        if (peek() == '@') ++at_;
        bool any = false;
        for (skip_blanks(); at_ < text_.size(); skip_blanks(), any = true) {
            if (any && word_is("ago")) {
                skip_blanks();
                return at_ == text_.size() ? sum_.value(true) : std::nullopt;
            }
            if (!read_field()) return std::nullopt;
        }
        return any ? sum_.value(false) : std::nullopt;
    }

private:
    char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    void skip_blanks() {
        while (peek() == ' ' || peek() == '\t' || peek() == '\n') ++at_;
    }
    bool word_is(std::string_view wanted) {
        std::size_t i = 0;
        while (i < wanted.size() && at_ + i < text_.size() && lower(text_[at_ + i]) == wanted[i]) ++i;
        if (i < wanted.size()) return false;
        at_ += i;
        return true;
    }

    std::optional<double> number() {
        const std::size_t start = at_;
        while (is_digit(peek()) || peek() == '.') ++at_;
        double value = 0;
        const auto [end, error] = std::from_chars(text_.data() + start, text_.data() + at_, value);
        if (error != std::errc{} || end != text_.data() + at_) return std::nullopt;
        return value;
    }

    const Unit* unit() {
        std::string word;
        while (is_letter(peek())) word += lower(text_[at_++]);
        for (const bool plural : {false, true}) {
            if (plural && (word.size() < 2 || word.back() != 's')) return nullptr;
            const std::string_view name = plural ? std::string_view(word).substr(0, word.size() - 1) : word;
            for (const Unit& candidate : kUnits) {
                if (candidate.name == name) return &candidate;
            }
        }
        return nullptr;
    }

    // 04:05:06.7, 04:05; the hours are read.
    bool read_clock(double hours, double sign) {
        ++at_;
        const auto minutes = number();
        if (!minutes) return false;
        double seconds = 0;
        if (peek() == ':') {
            ++at_;
            const auto rest = number();
            if (!rest) return false;
            seconds = *rest;
        }
        sum_.micros += sign * ((hours * 60 + *minutes) * 60 + seconds) * kMicrosOfSecond;
        return *minutes < 60 && seconds < 60;
    }

    // A number with what follows it: a unit, a clock, the months of years-months; alone it counts days before a clock,
    // and seconds at the end.
    bool read_field() {
        double sign = 1;
        if (peek() == '-' || peek() == '+') sign = text_[at_++] == '-' ? -1 : 1;
        skip_blanks();
        const auto quantity = number();
        if (!quantity) return false;
        if (peek() == ':') return read_clock(*quantity, sign);
        if (peek() == '-' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1])) {
            ++at_;
            const auto months = number();
            if (!months || *months >= 12) return false;
            sum_.add_months(sign * (*quantity * 12 + *months));
            return true;
        }
        skip_blanks();
        if (is_letter(peek())) {
            const Unit* found = unit();
            if (found == nullptr) return false;
            sum_.add(sign * *quantity, *found);
            return true;
        }
        if (at_ == text_.size()) {
            sum_.micros += sign * *quantity * kMicrosOfSecond;
        } else {
            sum_.add_days(sign * *quantity);
        }
        return true;
    }

    // P1Y2M3W4DT5H6M7.8S
    std::optional<Interval> read_iso() {
        ++at_;
        bool time = false, any = false;
        while (at_ < text_.size()) {
            if (lower(peek()) == 't' && !time) {
                time = true;
                ++at_;
                continue;
            }
            double sign = 1;
            if (peek() == '-' || peek() == '+') sign = text_[at_++] == '-' ? -1 : 1;
            const auto quantity = number();
            if (!quantity || !add_iso(sign * *quantity, lower(peek()), time)) return std::nullopt;
            ++at_;
            any = true;
        }
        return any ? sum_.value(false) : std::nullopt;
    }

    bool add_iso(double quantity, char letter, bool time) {
        if (time) {
            const double seconds = letter == 'h' ? 3600 : letter == 'm' ? 60 : letter == 's' ? 1 : 0;
            sum_.micros += quantity * seconds * kMicrosOfSecond;
            return seconds != 0;
        }
        if (letter == 'y' || letter == 'm') sum_.add_months(quantity * (letter == 'y' ? 12 : 1));
        if (letter == 'w' || letter == 'd') sum_.add_days(quantity * (letter == 'w' ? 7 : 1));
        return letter == 'y' || letter == 'm' || letter == 'w' || letter == 'd';
    }

    std::string_view text_;
    std::size_t at_ = 0;
    Sum sum_;
};

}  // namespace

std::optional<Interval> read_interval(std::string_view text) {
    return IntervalText(text).read();
}

}  // namespace smew::engine
