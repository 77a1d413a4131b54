// from_text(): PostgreSQL's text forms (PostgreSQL 15 documentation, chapters 8 and 53).
#include "engine/errors.hpp"
#include "engine/object_casts.hpp"
#include "engine/parameters.hpp"
#include "engine/row_position.hpp"
#include "engine/type_map.hpp"
#include "engine/type_names.hpp"
#include "engine/zoned_text.hpp"

#include <duckdb/common/string_util.hpp>
#include <duckdb/main/client_context.hpp>
#include <duckdb/transaction/transaction_context.hpp>

#include <charconv>
#include <optional>

namespace smew::engine {
namespace {

using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::Value;

constexpr int kMaxArrayDepth = 6;  // as in PostgreSQL

// The object a text names, which is looked for in the transaction, or in one of its own.
Result<Value> object(duckdb::ClientContext& context, std::string_view text, const LogicalType& type) {
    std::optional<std::int64_t> found;
    const auto look = [&] { found = find_object(context, type.GetAlias(), std::string(text)); };
    if (context.transaction.HasActiveTransaction()) {
        look();
    } else {
        context.RunFunctionInTransaction(look, false);
    }
    if (!found) return no_such_object(type.GetAlias(), text);
    Value value = Value::BIGINT(*found);
    value.Reinterpret(type);
    return value;
}

Error invalid(std::string_view text, const LogicalType& type) {
    return {sqlstate::kInvalidTextRepresentation,
            "invalid input syntax for type " + postgres_name(type) + ": \"" + std::string(text) + "\""};
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlanks = " \t\r\n\v\f";
    const std::size_t first = text.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

// Any beginning of true, false, yes, no that is not ambiguous; on, of, off, 1, 0.
std::optional<bool> boolean(std::string_view text) {
    const std::string word = duckdb::StringUtil::Lower(std::string(trimmed(text)));
    if (word.empty()) return std::nullopt;
    const auto begins = [&](std::string_view full, std::size_t least) {
        return word.size() >= least && full.substr(0, word.size()) == word;
    };
    if (begins("true", 1) || begins("yes", 1) || word == "on" || word == "1") return true;
    if (begins("false", 1) || begins("no", 1) || begins("off", 2) || word == "0") return false;
    return std::nullopt;
}

template <class T>
Result<Value> integer(std::string_view text, const LogicalType& type) {
    std::string_view digits = trimmed(text);
    if (digits.substr(0, 1) == "+" && digits.substr(1, 1) != "-") digits.remove_prefix(1);
    T value{};
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error == std::errc::result_out_of_range) {
        return Error{sqlstate::kNumericOutOfRange,
                     "value \"" + std::string(text) + "\" is out of range for type " + postgres_name(type)};
    }
    if (error != std::errc{} || end != digits.data() + digits.size()) return invalid(text, type);
    return Value::CreateValue<T>(value);
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// '\x1fA0': pairs of digits, blanks between pairs allowed.
std::optional<std::string> hex_bytes(std::string_view text) {
    std::string bytes;
    for (std::size_t i = 0; i < text.size();) {
        if (std::isspace(static_cast<unsigned char>(text[i])) != 0) {
            ++i;
            continue;
        }
        const int high = hex_digit(text[i]);
        const int low = i + 1 < text.size() ? hex_digit(text[i + 1]) : -1;
        if (high < 0 || low < 0) return std::nullopt;
        bytes += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return bytes;
}

// The older form: '\\' is a backslash, '\ooo' an octal byte.
std::optional<std::string> escaped_bytes(std::string_view text) {
    std::string bytes;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\') {
            bytes += text[i];
        } else if (text.substr(i + 1, 1) == "\\") {
            bytes += text[++i];
        } else {
            unsigned value = 0;
            const std::string_view octal = text.substr(i + 1, 3);
            const auto [end, error] = std::from_chars(octal.data(), octal.data() + octal.size(), value, 8);
            if (octal.size() != 3 || error != std::errc{} || end != octal.data() + 3 || value > 255)
                return std::nullopt;
            bytes += static_cast<char>(value);
            i += 3;
        }
    }
    return bytes;
}

Result<Value> bytea(std::string_view text, const LogicalType& type) {
    const auto bytes = text.substr(0, 2) == "\\x" ? hex_bytes(text.substr(2)) : escaped_bytes(text);
    if (!bytes) return invalid(text, type);
    return Value::BLOB(reinterpret_cast<duckdb::const_data_ptr_t>(bytes->data()), bytes->size());
}

// '{…}' as PostgreSQL writes arrays: elements apart by commas, quoted where needed, nested braces for more dimensions.
class ArrayText {
public:
    ArrayText(duckdb::ClientContext& context, std::string_view text) : context_(&context), text_(text) {}
    explicit ArrayText(std::string_view text) : context_(nullptr), text_(text) {}  // for texts() alone

    // The elements of one dimension, as written; nullopt where one is NULL.
    std::optional<std::vector<std::optional<std::string>>> texts() {
        std::vector<std::optional<std::string>> out;
        if (!take('{')) return std::nullopt;
        if (take('}')) return out;
        do {
            const bool is_quoted = take('"');
            auto text = is_quoted ? quoted() : bare();
            if (!text) return std::nullopt;
            const bool null = !is_quoted && duckdb::StringUtil::CIEquals(*text, "null");
            out.push_back(null ? std::nullopt : std::move(text));
        } while (take(','));
        if (!take('}')) return std::nullopt;
        return out;
    }

    std::optional<Value> parse(const LogicalType& type, int depth = 0) {
        if (depth >= kMaxArrayDepth || type.id() != LogicalTypeId::LIST || !take('{')) return std::nullopt;
        const LogicalType& element = duckdb::ListType::GetChildType(type);
        duckdb::vector<Value> values;
        if (take('}')) return Value::LIST(element, std::move(values));
        do {
            auto value = element.id() == LogicalTypeId::LIST ? parse(element, depth + 1) : item(element);
            if (!value) return std::nullopt;
            values.push_back(*std::move(value));
        } while (take(','));
        if (!take('}')) return std::nullopt;
        return Value::LIST(element, std::move(values));
    }

    bool at_end() { return trimmed(text_.substr(at_)).empty(); }
    // The error of an element, when that is why parse() failed.
    const std::optional<Error>& element_error() const { return error_; }

private:
    bool take(char wanted) {
        while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
        if (at_ >= text_.size() || text_[at_] != wanted) return false;
        ++at_;
        return true;
    }

    std::optional<Value> item(const LogicalType& element) {
        const bool is_quoted = take('"');
        const auto text = is_quoted ? quoted() : bare();
        if (!text) return std::nullopt;
        if (!is_quoted && duckdb::StringUtil::CIEquals(*text, "null")) return Value(element);
        auto value = from_text(*context_, *text, element);
        if (value) return *std::move(value);
        error_ = value.error();
        return std::nullopt;
    }

    std::optional<std::string> quoted() {
        std::string out;
        for (; at_ < text_.size(); ++at_) {
            if (text_[at_] == '"') {
                ++at_;
                return out;
            }
            if (text_[at_] == '\\' && ++at_ == text_.size()) return std::nullopt;
            out += text_[at_];
        }
        return std::nullopt;
    }

    std::optional<std::string> bare() {
        std::string out;
        for (; at_ < text_.size() && text_[at_] != ',' && text_[at_] != '}'; ++at_) {
            if (text_[at_] == '{' || text_[at_] == '"') return std::nullopt;
            if (text_[at_] == '\\' && ++at_ == text_.size()) return std::nullopt;
            out += text_[at_];
        }
        out = trimmed(out);
        if (out.empty()) return std::nullopt;
        return out;
    }

    duckdb::ClientContext* context_;
    std::string_view text_;
    std::size_t at_ = 0;
    std::optional<Error> error_;
};

Result<Value> array(duckdb::ClientContext& context, std::string_view text, const LogicalType& type) {
    ArrayText parser(context, text);
    auto value = parser.parse(type);
    if (value && parser.at_end()) return *std::move(value);
    if (parser.element_error()) return *parser.element_error();
    return Error{sqlstate::kInvalidTextRepresentation, "malformed array literal: \"" + std::string(text) + "\""};
}

// DuckDB writes years before Christ as "0044-03-15 (BC)".
std::string with_duckdb_era(std::string_view text) {
    const std::string_view body = trimmed(text);
    if (body.size() > 3 && duckdb::StringUtil::CIEquals(std::string(body.substr(body.size() - 3)), " bc")) {
        return std::string(body.substr(0, body.size() - 3)) + " (BC)";
    }
    return std::string(body);
}

bool is_datetime(LogicalTypeId id) {
    switch (id) {
        case LogicalTypeId::DATE:
        case LogicalTypeId::TIMESTAMP:
        case LogicalTypeId::TIMESTAMP_SEC:
        case LogicalTypeId::TIMESTAMP_MS:
        case LogicalTypeId::TIMESTAMP_NS:
        case LogicalTypeId::TIMESTAMP_TZ:
            return true;
        default:
            return false;
    }
}

bool is_number(std::string_view text) {
    const std::string_view digits = trimmed(text);
    double number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return !digits.empty() && end == digits.data() + digits.size();
}

Error numeric_overflow(const LogicalType& type) {
    const int width = duckdb::DecimalType::GetWidth(type), scale = duckdb::DecimalType::GetScale(type);
    return {sqlstate::kNumericOutOfRange, "numeric field overflow",
            "A field with precision " + std::to_string(width) + ", scale " + std::to_string(scale) +
                " must round to an absolute value less than " +
                (width == scale ? "1" : "10^" + std::to_string(width - scale)) + "."};
}

Error not_cast(std::string_view text, const LogicalType& type, const std::string& reason) {
    const bool range =
        reason.find("out of range") != std::string::npos || reason.find("Could not cast value") != std::string::npos;
    if (type.id() == LogicalTypeId::DECIMAL && (range || is_number(text))) return numeric_overflow(type);
    if (type.IsNumeric() && (range || is_number(text))) {
        return {sqlstate::kNumericOutOfRange,
                "value \"" + std::string(text) + "\" is out of range for type " + postgres_name(type)};
    }
    if (is_datetime(type.id())) {
        if (range) {
            return {sqlstate::kDatetimeOverflow, "date/time field value out of range: \"" + std::string(text) + "\""};
        }
        Error error = invalid(text, type);
        error.code = sqlstate::kInvalidDatetimeFormat;
        return error;
    }
    return invalid(text, type);
}

Result<Value> by_cast(duckdb::ClientContext& context, std::string_view text, const LogicalType& type) {
    Value cast;
    std::string reason;
    std::string source_text = is_datetime(type.id()) ? with_duckdb_era(text) : std::string(text);
    if (type.id() == LogicalTypeId::TIMESTAMP_TZ || type.id() == LogicalTypeId::TIME_TZ) {
        if (auto readable = readable_zoned_text(context, source_text)) source_text = *std::move(readable);
    }
    const Value source(std::move(source_text));
    if (!source.TryCastAs(context, type, cast, &reason)) return not_cast(text, type, reason);
    return cast;
}

Result<Value> row_position(std::string_view text, const LogicalType& type) {
    const auto row = read_row_position(text);
    if (!row) return invalid(text, type);
    Value value = Value::BIGINT(*row);
    value.Reinterpret(type);
    return value;
}

}  // namespace

Error integer_text_error(std::string_view text, const LogicalType& type) {
    const auto wide = integer<std::int64_t>(text, type);
    if (wide) {
        return {sqlstate::kNumericOutOfRange,
                "value \"" + std::string(text) + "\" is out of range for type " + postgres_name(type)};
    }
    return wide.error();
}

std::optional<std::vector<std::optional<std::string>>> array_elements(std::string_view text) {
    ArrayText parser(text);
    auto elements = parser.texts();
    if (!elements || !parser.at_end()) return std::nullopt;
    return elements;
}

Result<Value> from_text(duckdb::ClientContext& context, std::string_view text, const LogicalType& type) {
    if (type.id() == LogicalTypeId::BLOB) return bytea(text, type);
    if (!Value::StringIsValid(text.data(), text.size()) || text.find('\0') != std::string_view::npos) {
        return Error{sqlstate::kCharacterNotInRepertoire, "invalid byte sequence for encoding \"UTF8\""};
    }
    if (is_object_reference(type)) return object(context, text, type);
    if (type.id() == LogicalTypeId::BIGINT && type.HasAlias() && type.GetAlias() == "tid")
        return row_position(text, type);
    switch (type.id()) {
        case LogicalTypeId::BOOLEAN: {
            const auto value = boolean(text);
            if (!value) return invalid(text, type);
            return Value::BOOLEAN(*value);
        }
        case LogicalTypeId::SMALLINT:
            return integer<std::int16_t>(text, type);
        case LogicalTypeId::INTEGER:
            return integer<std::int32_t>(text, type);
        case LogicalTypeId::BIGINT:
            return integer<std::int64_t>(text, type);
        case LogicalTypeId::UNKNOWN:
        case LogicalTypeId::INVALID:
            return Value(std::string(text));
        case LogicalTypeId::VARCHAR:
            if (!type.HasAlias()) return Value(std::string(text));
            return by_cast(context, text, type);
        case LogicalTypeId::LIST:
            if (trimmed(text).substr(0, 1) == "{") return array(context, text, type);
            return by_cast(context, text, type);
        default:
            return by_cast(context, text, type);
    }
}

}  // namespace smew::engine
