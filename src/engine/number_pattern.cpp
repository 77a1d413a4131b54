#include "engine/number_pattern.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

namespace smew::engine {
namespace {

class Reader {
public:
    explicit Reader(std::string_view pattern) : rest_(pattern) {}

    NumberPattern read() {
        while (!rest_.empty()) one();
        return std::move(format_);
    }

private:
    bool take(std::string_view word) {
        if (upper(rest_.substr(0, word.size())) != word) return false;
        taken_ = rest_.substr(0, word.size());
        rest_.remove_prefix(word.size());
        return true;
    }
    void add(NumberPart part, std::string literal = {}) { format_.items.push_back({part, std::move(literal)}); }

    void digit(bool zero) {
        const int place = format_.before + format_.behind;
        if (zero && format_.first_zero < 0 && !format_.has_point) format_.first_zero = place;
        if (zero) format_.last_zero = place;
        if (behind_v_) ++format_.multiplied;
        ++(format_.has_point ? format_.behind : format_.before);
        add(zero ? NumberPart::kZero : NumberPart::kNine);
    }

    void sign() {
        if (format_.before == 0 && !format_.has_point)
            format_.sign = SignPlace::kBefore;
        else
            format_.sign = SignPlace::kAfter;
        add(NumberPart::kSign);
    }

    void literal() {
        std::string text;
        if (rest_[0] == '"') {
            std::size_t at = 1;
            for (; at < rest_.size() && rest_[at] != '"'; ++at) text += rest_[at];
            rest_.remove_prefix(std::min(at + 1, rest_.size()));
        } else {
            text += rest_[0];
            rest_.remove_prefix(1);
        }
        add(NumberPart::kLiteral, text);
    }

    void one() {
        if (take("EEEE"))
            format_.scientific = true;
        else if (take("FM"))
            format_.fill = false;
        else if (take("FX"))
            return;
        else if (take("TH"))
            add(NumberPart::kOrdinal, std::string(taken_));
        else if (take("PR"))
            format_.brackets = true;
        else if (take("MI"))
            format_.has_minus = true, add(NumberPart::kMinus);
        else if (take("PL"))
            format_.has_plus = true, add(NumberPart::kPlus);
        else if (take("SG"))
            format_.has_minus = format_.has_plus = true, add(NumberPart::kPlusMinus);
        else if (take("RN"))
            add(NumberPart::kRoman, std::string(taken_));
        else if (take("9"))
            digit(false);
        else if (take("0"))
            digit(true);
        else if (take("D") || take("."))
            format_.has_point = true, add(NumberPart::kPoint);
        else if (take("G") || take(","))
            add(NumberPart::kComma);
        else if (take("S"))
            sign();
        else if (take("V"))
            behind_v_ = true;
        else if (take("L"))
            add(NumberPart::kCurrency);
        else
            literal();
    }

    std::string_view rest_, taken_;
    NumberPattern format_;
    bool behind_v_ = false;
};

}  // namespace

std::string upper(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return out;
}

NumberPattern read_number_pattern(std::string_view pattern) {
    return Reader(pattern).read();
}

}  // namespace smew::engine
