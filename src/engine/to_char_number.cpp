// to_char() of numbers.
#include "engine/number_pattern.hpp"
#include "engine/to_char.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

namespace smew::engine {
namespace {

std::string ordinal_suffix(const std::string& digits) {
    const char last = digits.empty() ? '0' : digits.back();
    if (digits.size() > 1 && digits[digits.size() - 2] == '1') return "th";
    return last == '1' ? "st" : last == '2' ? "nd" : last == '3' ? "rd" : "th";
}

std::string roman(const std::string& digits, bool negative) {
    constexpr std::array<std::pair<int, const char*>, 13> kNumerals = {{{1000, "M"},
                                                                        {900, "CM"},
                                                                        {500, "D"},
                                                                        {400, "CD"},
                                                                        {100, "C"},
                                                                        {90, "XC"},
                                                                        {50, "L"},
                                                                        {40, "XL"},
                                                                        {10, "X"},
                                                                        {9, "IX"},
                                                                        {5, "V"},
                                                                        {4, "IV"},
                                                                        {1, "I"}}};
    int value = digits.size() > 4 ? 0 : std::atoi(digits.c_str());
    if (negative || value < 1 || value > 3999) return std::string(15, '#');
    std::string out;
    for (const auto& [worth, numeral] : kNumerals) {
        for (; value >= worth; value -= worth) out += numeral;
    }
    return out;
}

// The number as the pattern's places take it.
struct Places {
    bool negative = false;
    std::string whole, fraction;  // `fraction` has exactly as many digits as the pattern
};

// Half away from zero, as numeric rounds.
std::string rounded(std::string digits, std::size_t whole, std::size_t places) {
    const std::size_t keep = whole + places;
    if (digits.size() <= keep) return digits + std::string(keep - digits.size(), '0');
    const bool up = digits[keep] >= '5';
    digits.resize(keep);
    if (!up) return digits;
    for (std::size_t at = keep; at > 0;) {
        if (++digits[--at] <= '9') return digits;
        digits[at] = '0';
    }
    return "1" + digits;
}

Places split(std::string_view text, int multiplied, int behind) {
    Places places;
    places.negative = text.starts_with('-');
    if (places.negative) text.remove_prefix(1);
    const std::size_t point = std::min(text.find('.'), text.size());
    std::string whole(text.substr(0, point)), fraction(point < text.size() ? text.substr(point + 1) : "");
    const auto moved = static_cast<std::size_t>(multiplied);
    if (fraction.size() < moved) fraction.append(moved - fraction.size(), '0');
    whole += fraction.substr(0, moved);
    fraction.erase(0, moved);
    const std::string digits = rounded(whole + fraction, whole.size(), static_cast<std::size_t>(behind));
    const std::size_t of_whole = digits.size() - static_cast<std::size_t>(behind);
    places.whole = digits.substr(0, of_whole);
    places.fraction = digits.substr(of_whole);
    const std::size_t zeros = places.whole.find_first_not_of('0');
    places.whole.erase(0, zeros == std::string::npos ? places.whole.size() : zeros);
    const bool nothing = places.whole.empty() && places.fraction.find_first_not_of('0') == std::string::npos;
    if (nothing && multiplied == 0) places.negative = false;
    return places;
}

class Writer {
public:
    Writer(const NumberPattern& format, Places places) : format_(format), places_(std::move(places)) {
        // Without a place before the point even the zero there is too many.
        const std::size_t wanted = std::max<std::size_t>(places_.whole.size(), format.before == 0 ? 1 : 0);
        overflow_ = static_cast<int>(wanted) > format.before;
        if (overflow_)
            places_.whole.assign(static_cast<std::size_t>(format.before), '#'),
                places_.fraction.assign(places_.fraction.size(), '#');
        // A zero before the point is written only where a 0 stands, or where nothing stands behind it.
        if (places_.whole.empty() && format.before > 0 && format.behind == 0) places_.whole = "0";
        lead_ = format.before - static_cast<int>(places_.whole.size());
        if (!format.fill) shorten();
        sign_done_ = format.sign == SignPlace::kAfter || format.has_minus;
    }

    std::string write() {
        for (const NumberItem& item : format_.items) one(item);
        if (!sign_done_) put_sign();
        if (format_.brackets && places_.negative)
            out_ += '>';
        else if (format_.brackets && format_.fill)
            out_ += ' ';
        return out_;
    }

private:
    // FM drops the zeros at the end that only a 9 stands for.
    void shorten() {
        std::size_t keep = places_.fraction.find_last_not_of('0');
        keep = keep == std::string::npos ? 0 : keep + 1;
        const int zeros = format_.last_zero - format_.before + 1;
        if (zeros > 0) keep = std::max(keep, static_cast<std::size_t>(zeros));
        last_fraction_ = static_cast<int>(keep);
        if (keep == 0 && places_.whole.empty() && format_.before > 0) {
            places_.whole = "0";
            --lead_;
        }
    }

    bool forced_zero(int place) const { return format_.first_zero >= 0 && place >= format_.first_zero; }

    void put_sign() {
        sign_done_ = true;
        if (format_.brackets) {
            if (places_.negative)
                out_ += '<';
            else if (format_.fill)
                out_ += ' ';
            return;
        }
        // S in front stands right before the first digit, whatever blanks come between.
        if (places_.negative)
            out_ += '-';
        else if (format_.sign == SignPlace::kBefore)
            out_ += '+';
        else if (format_.fill)
            out_ += ' ';
    }

    void digit() {
        const int place = place_++;
        if (place >= format_.before) return fraction(place - format_.before);
        const bool blank = place < lead_ && !forced_zero(place);
        if (blank) {
            if (format_.fill) out_ += ' ';
            return;
        }
        if (!sign_done_) put_sign();
        started_ = true;
        out_ += place < lead_ ? '0' : places_.whole[static_cast<std::size_t>(place - lead_)];
    }

    void fraction(int at) {
        if (last_fraction_ >= 0 && at >= last_fraction_) return;
        if (!sign_done_) put_sign();
        out_ += places_.fraction[static_cast<std::size_t>(at)];
    }

    void one(const NumberItem& item) {
        switch (item.part) {
            case NumberPart::kNine:
            case NumberPart::kZero:
                return digit();
            case NumberPart::kPoint:
                if (!sign_done_) put_sign();
                out_ += '.';
                return;
            case NumberPart::kComma:
                if (started_)
                    out_ += ',';
                else if (format_.fill)
                    out_ += ' ';
                return;
            case NumberPart::kSign:
                if (format_.sign == SignPlace::kAfter) out_ += places_.negative ? '-' : '+';
                return;
            case NumberPart::kMinus:
                if (places_.negative)
                    out_ += '-';
                else if (format_.fill)
                    out_ += ' ';
                return;
            case NumberPart::kPlus:
                if (!places_.negative)
                    out_ += '+';
                else if (format_.fill)
                    out_ += ' ';
                return;
            case NumberPart::kPlusMinus:
                out_ += places_.negative ? '-' : '+';
                return;
            case NumberPart::kOrdinal: {
                if (places_.negative || format_.has_point || overflow_) return;
                const std::string suffix = ordinal_suffix(places_.whole);
                out_ += item.literal[0] == 'T' ? upper(suffix) : suffix;
                return;
            }
            case NumberPart::kLiteral:
                out_ += item.literal;
                return;
            case NumberPart::kCurrency:
                out_ += ' ';
                return;
            case NumberPart::kRoman:
                return;
        }
    }

    const NumberPattern& format_;
    Places places_;
    std::string out_;
    int lead_ = 0, place_ = 0, last_fraction_ = -1;
    bool overflow_ = false, started_ = false, sign_done_ = false;
};

// One digit, the point, and the power of ten: 1.49e+02.
std::string scientific(std::string_view text, const NumberPattern& format) {
    const bool negative = text.starts_with('-');
    std::string digits;
    int exponent = -1;
    bool behind_point = false;
    for (const char c : text) {
        if (c == '.') behind_point = true;
        if (c < '0' || c > '9') continue;
        const bool leading = digits.empty() && c == '0';
        if (!leading) digits += c;
        if (behind_point ? leading : !leading) exponent += behind_point ? -1 : 1;
    }
    if (digits.empty()) exponent = 0;
    const std::string kept =
        rounded(digits, std::min<std::size_t>(digits.size(), 1), static_cast<std::size_t>(format.behind));
    const bool carried = !digits.empty() && kept.size() > static_cast<std::size_t>(format.behind) + 1;
    std::string mantissa = digits.empty() ? "0" + kept : kept;
    if (carried) mantissa.pop_back(), ++exponent;
    if (format.behind > 0) mantissa.insert(1, ".");
    char power[16];
    std::snprintf(power, sizeof power, "e%+03d", exponent);
    const char* plus = format.sign == SignPlace::kInside ? " " : "+";
    return (negative ? "-" : plus) + mantissa + power;
}

}  // namespace

NumberScale scale_of_pattern(std::string_view pattern) {
    const NumberPattern format = read_number_pattern(pattern);
    return {format.behind, format.multiplied, format.scientific};
}

std::string number_to_char(std::string_view digits, std::string_view pattern) {
    const NumberPattern format = read_number_pattern(pattern);
    if (format.scientific) return scientific(digits, format);
    const bool number = digits.find_first_not_of("0123456789.-") == std::string_view::npos;
    Places places = number ? split(digits, format.multiplied, format.behind) : Places{};
    for (const NumberItem& item : format.items) {
        if (item.part != NumberPart::kRoman) continue;
        std::string numeral = roman(places.whole, places.negative);
        if (item.literal[0] == 'r')
            std::transform(numeral.begin(), numeral.end(), numeral.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        return format.fill ? std::string(15 - std::min<std::size_t>(15, numeral.size()), ' ') + numeral : numeral;
    }
    if (!number)
        places.whole.assign(static_cast<std::size_t>(format.before) + 1, '#'),
            places.fraction.assign(static_cast<std::size_t>(format.behind), '#');
    return Writer(format, std::move(places)).write();
}

}  // namespace smew::engine
