#include "pgproto/oids.hpp"
#include "pgsession/calendar.hpp"
#include "pgsession/parameter.hpp"
#include "pgsession/sql_lexer.hpp"
#include "pgsession/type_map.hpp"
#include "pgsession/utf8.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

namespace smew::pgsession {
namespace {

namespace oid = pgproto::oid;
using engine::ParameterValue;
using Value = Result<ParameterValue>;

Error bad_syntax(std::string_view type, std::string_view text) {
    return {sqlstate::kInvalidTextRepresentation,
            "invalid input syntax for type " + std::string(type) + ": \"" + std::string(text) + "\""};
}
Error out_of_range(std::string_view type, std::string_view text) {
    return {sqlstate::kNumericOutOfRange, "value \"" + std::string(text) + "\" is out of range for type " + std::string(type)};
}

std::string_view trim(std::string_view text) {
    constexpr std::string_view kBlanks = " \t\n\r\f\v";
    const std::size_t start = std::min(text.find_first_not_of(kBlanks), text.size());
    text.remove_prefix(start);
    return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

Value boolean(std::string_view text) {
    const std::string word = to_lower(trim(text));
    const auto begins = [&](std::string_view whole, std::size_t least) {
        return word.size() >= least && whole.starts_with(word);
    };
    if (begins("true", 1) || begins("yes", 1) || word == "on" || word == "1") return ParameterValue(true);
    if (begins("false", 1) || begins("no", 1) || begins("off", 2) || word == "0") return ParameterValue(false);
    return bad_syntax("boolean", text);
}

template <class T>
Value integer(std::string_view text, std::string_view type) {
    std::string_view digits = trim(text);
    if (digits.starts_with('+') && !digits.starts_with("+-")) digits.remove_prefix(1);
    T number = 0;
    const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (failed == std::errc::result_out_of_range) return out_of_range(type, text);
    if (failed != std::errc{} || end != digits.data() + digits.size()) return bad_syntax(type, text);
    return ParameterValue(number);
}

template <class T>
Value floating(std::string_view text, std::string_view type) {
    std::string_view digits = trim(text);
    if (digits.starts_with('+') && !digits.starts_with("+-")) digits.remove_prefix(1);
    T number = 0;
    const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (failed == std::errc::result_out_of_range) {
        return Error{sqlstate::kNumericOutOfRange, "\"" + std::string(text) + "\" is out of range for type " + std::string(type)};
    }
    if (failed != std::errc{} || end != digits.data() + digits.size()) return bad_syntax(type, text);
    return ParameterValue(number);
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::optional<std::string> unhex(std::string_view digits) {
    std::string bytes;
    for (std::size_t i = 0; i < digits.size();) {
        if (digits[i] == ' ' || digits[i] == '\n' || digits[i] == '\t' || digits[i] == '\r') {
            ++i;
            continue;
        }
        if (i + 1 >= digits.size() || hex_digit(digits[i]) < 0 || hex_digit(digits[i + 1]) < 0) return std::nullopt;
        bytes += static_cast<char>(hex_digit(digits[i]) * 16 + hex_digit(digits[i + 1]));
        i += 2;
    }
    return bytes;
}

// PostgreSQL's old form: \\ for a backslash, \ooo for other bytes.
std::optional<std::string> unescape_bytea(std::string_view text) {
    std::string bytes;
    for (std::size_t i = 0; i < text.size();) {
        if (text[i] != '\\') {
            bytes += text[i++];
        } else if (i + 1 < text.size() && text[i + 1] == '\\') {
            bytes += '\\';
            i += 2;
        } else {
            if (i + 3 >= text.size()) return std::nullopt;
            int value = 0;
            for (std::size_t digit = 1; digit <= 3; ++digit) {
                if (text[i + digit] < '0' || text[i + digit] > '7') return std::nullopt;
                value = value * 8 + (text[i + digit] - '0');
            }
            if (value > 255) return std::nullopt;
            bytes += static_cast<char>(value);
            i += 4;
        }
    }
    return bytes;
}

Value bytea(std::string_view text, OwnedTexts& owned) {
    std::optional<std::string> bytes = text.starts_with("\\x") ? unhex(text.substr(2)) : unescape_bytea(text);
    if (!bytes) return bad_syntax("bytea", text);
    return ParameterValue(engine::BlobValue{owned.emplace_back(std::move(*bytes))});
}

Value uuid(std::string_view text) {
    std::string_view digits = trim(text);
    if (digits.starts_with('{') && digits.ends_with('}')) digits = digits.substr(1, digits.size() - 2);
    engine::UuidValue value{};
    std::size_t count = 0;
    for (const char c : digits) {
        if (c == '-' && count > 0 && count % 4 == 0) continue;
        if (hex_digit(c) < 0 || count == 32) return bad_syntax("uuid", text);
        value.bytes[count / 2] = static_cast<std::uint8_t>(value.bytes[count / 2] * 16 + hex_digit(c));
        ++count;
    }
    if (count != 32) return bad_syntax("uuid", text);
    return ParameterValue(value);
}

// Exactly `count` digits at `at`; -1 for anything else.
int digits_at(std::string_view text, std::size_t at, std::size_t count) {
    if (at + count > text.size()) return -1;
    int value = 0;
    for (std::size_t i = at; i < at + count; ++i) {
        if (text[i] < '0' || text[i] > '9') return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

// YYYY-MM-DD, the one form worth reading here: all others go to the engine as text.
std::optional<std::int32_t> iso_date(std::string_view text) {
    if (text.size() < 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
    const int year = digits_at(text, 0, 4);
    const int month = digits_at(text, 5, 2);
    const int day = digits_at(text, 8, 2);
    if (year < 1 || month < 1 || month > 12 || day < 1) return std::nullopt;
    if (day > static_cast<int>(days_in_month(year, static_cast<unsigned>(month)))) return std::nullopt;
    return static_cast<std::int32_t>(days_from_civil({year, static_cast<unsigned>(month), static_cast<unsigned>(day)}));
}

// HH:MM:SS[.ffffff]
std::optional<std::int64_t> iso_time(std::string_view text) {
    if (text.size() < 8 || text[2] != ':' || text[5] != ':') return std::nullopt;
    const int hour = digits_at(text, 0, 2);
    const int minute = digits_at(text, 3, 2);
    const int second = digits_at(text, 6, 2);
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return std::nullopt;
    std::int64_t micros = ((hour * 60 + minute) * 60 + second) * kMicrosPerSecond;
    if (text.size() == 8) return micros;
    const std::size_t digits = text.size() - 9;
    if (text[8] != '.' || digits < 1 || digits > 6) return std::nullopt;
    int fraction = digits_at(text, 9, digits);
    if (fraction < 0) return std::nullopt;
    for (std::size_t i = digits; i < 6; ++i) fraction *= 10;
    return micros + fraction;
}

std::optional<std::int64_t> iso_timestamp(std::string_view text) {
    const auto days = iso_date(text);
    if (!days) return std::nullopt;
    if (text.size() == 10) return *days * kMicrosPerDay;
    if (text[10] != ' ' && text[10] != 'T') return std::nullopt;
    const auto time = iso_time(text.substr(11));
    if (!time) return std::nullopt;
    return *days * kMicrosPerDay + *time;
}

Value as_text(std::string_view text) {
    return ParameterValue(engine::TextValue{text});
}

}  // namespace

Value decode_text_parameter(std::uint32_t type, std::string_view text, OwnedTexts& owned) {
    if (auto invalid = invalid_utf8(text)) return *invalid;
    switch (type) {
        case oid::kBool: return boolean(text);
        case oid::kInt2: return integer<std::int16_t>(text, "smallint");
        case oid::kInt4: return integer<std::int32_t>(text, "integer");
        case oid::kInt8: return integer<std::int64_t>(text, "bigint");
        case oid::kOid: return integer<std::int64_t>(text, "oid");
        case oid::kFloat4: return floating<float>(text, "real");
        case oid::kFloat8: return floating<double>(text, "double precision");
        case oid::kBytea: return bytea(text, owned);
        case oid::kUuid: return uuid(text);
        case oid::kDate: {
            const auto days = text.size() == 10 ? iso_date(text) : std::nullopt;
            return days ? Value(ParameterValue(engine::DateValue{*days})) : as_text(text);
        }
        case oid::kTime: {
            const auto micros = iso_time(text);
            return micros ? Value(ParameterValue(engine::TimeValue{*micros})) : as_text(text);
        }
        case oid::kTimestamp: {
            const auto micros = iso_timestamp(text);
            return micros ? Value(ParameterValue(engine::TimestampValue{*micros})) : as_text(text);
        }
        default: break;
    }
    const std::uint32_t element = element_oid_of(type);
    if (element != 0) return decode_array_text(element, text, owned);
    return as_text(text);
}

Value decode_parameter(std::uint32_t type, pgproto::Format format, ByteSpan bytes, std::size_t number, OwnedTexts& owned) {
    if (format == pgproto::Format::kText) {
        return decode_text_parameter(type, {reinterpret_cast<const char*>(bytes.data()), bytes.size()}, owned);
    }
    return decode_binary_parameter(type, bytes, number, owned);
}

}  // namespace smew::pgsession
