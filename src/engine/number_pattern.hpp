#pragma once
// The pattern of to_char() and to_number() for numbers, taken apart.
// Source: PostgreSQL 15 documentation, table 9.28 "Template Patterns for Numeric Formatting".

#include <string>
#include <string_view>
#include <vector>

namespace smew::engine {

enum class NumberPart {
    kNine,
    kZero,
    kPoint,
    kComma,
    kSign,
    kMinus,
    kPlus,
    kPlusMinus,
    kOrdinal,
    kLiteral,
    kRoman,
    kCurrency
};
enum class SignPlace { kInside, kBefore, kAfter };  // in front of the first digit, or where S stands

struct NumberItem {
    NumberPart part;
    std::string literal;  // kLiteral, or the case of kOrdinal and kRoman
};

struct NumberPattern {
    std::vector<NumberItem> items;
    int before = 0, behind = 0;  // digit places around the point
    int first_zero = -1;         // counted over all places; from it on zeros are written
    int last_zero = -1;
    int multiplied = 0;  // digits behind V
    bool has_point = false, fill = true, brackets = false, scientific = false;
    bool has_minus = false, has_plus = false;
    SignPlace sign = SignPlace::kInside;
};

NumberPattern read_number_pattern(std::string_view pattern);
// ASCII letters as capitals.
std::string upper(std::string_view text);

}  // namespace smew::engine
