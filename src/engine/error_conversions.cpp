// worded_conversion(): DuckDB's texts about values that do not fit a type, in PostgreSQL's words.
#include "engine/error_wording.hpp"

#include <duckdb/common/exception.hpp>

#include <array>

namespace smew::engine {
namespace {

using Type = duckdb::ExceptionType;

bool has(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

// DuckDB's internal names of types, as its conversion errors use them.
std::string postgres_type(std::string_view name) {
    struct Pair {
        std::string_view duckdb, postgres;
    };
    constexpr std::array kTypes = {
        Pair{"INT16", "smallint"}, Pair{"INT32", "integer"}, Pair{"INT64", "bigint"},
        Pair{"BOOL", "boolean"},   Pair{"FLOAT", "real"},    Pair{"DOUBLE", "double precision"},
        Pair{"INT8", "tinyint"},   Pair{"UUID", "uuid"},     Pair{"INTERVAL", "interval"},
        Pair{"INT128", "hugeint"},
    };
    for (const Pair& type : kTypes) {
        if (type.duckdb == name) return std::string(type.postgres);
    }
    return std::string(name.substr(0, 7) == "DECIMAL" ? "numeric" : name);
}

bool is_whole_number(std::string_view text) {
    if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// What stands between two marks; empty when they are not there.
std::string_view between(std::string_view text, std::string_view before, std::string_view after) {
    const std::size_t start = text.find(before);
    if (start == std::string_view::npos) return {};
    const std::size_t from = start + before.size();
    const std::size_t end = after.empty() ? text.find_first_of(" !(\n", from) : text.rfind(after);
    return end == std::string_view::npos ? text.substr(from)
           : end < from                  ? std::string_view()
                                         : text.substr(from, end - from);
}

}  // namespace

std::optional<Error> worded_conversion(Type type, Sqlstate code, std::string_view message) {
    if (type == Type::CONVERSION && has(message, "Could not convert string")) {
        const std::string_view text = between(message, "onvert string ", " to ");
        const std::string_view target = message.substr(message.rfind(" to ") + 4);
        if (text.size() < 2) return std::nullopt;
        const std::string value(text.substr(1, text.size() - 2));
        if (is_whole_number(value)) {
            return Error{sqlstate::kNumericOutOfRange,
                         "value \"" + value + "\" is out of range for type " + postgres_type(target)};
        }
        return Error{code, "invalid input syntax for type " + postgres_type(target) + ": \"" + value + "\""};
    }
    if (type == Type::CONVERSION && has(message, " field format: \"")) {
        const std::string_view kind = message.substr(0, message.find(" field"));
        const std::string_view name = kind.substr(kind.rfind(' ') + 1);
        return Error{sqlstate::kInvalidDatetimeFormat, "invalid input syntax for type " + std::string(name) + ": \"" +
                                                           std::string(between(message, "format: \"", "\", expected")) +
                                                           "\""};
    }
    if (type == Type::CONVERSION && has(message, "field value out of range: \"")) {
        const std::string_view rest = message.substr(message.find("field value"));
        return Error{code, "date/time " + std::string(rest.substr(0, rest.rfind('"') + 1))};
    }
    if (type == Type::CONVERSION && has(message, "Could not cast value ") && has(message, " to DECIMAL(")) {
        return Error{sqlstate::kNumericOutOfRange, "numeric field overflow"};
    }
    if (type == Type::OUT_OF_RANGE && has(message, "Overflow in ") && has(message, " of INT")) {
        const std::string_view name = between(message, " of ", "");
        return Error{code, postgres_type(name) + " out of range", std::string(message)};
    }
    return std::nullopt;
}

}  // namespace smew::engine
