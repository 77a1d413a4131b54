#include "pgsession/shared_plans.hpp"

#include "core/characters.hpp"
#include "pgproto/oids.hpp"

#include <algorithm>
#include <charconv>
#include <functional>

namespace smew::pgsession {
namespace {

namespace oid = pgproto::oid;
using sql::LiteralKind;

template <class Integer>
bool fits(std::string_view digits) {
    Integer value{};
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc{} && end == digits.data() + digits.size();
}

// 'YYYY-MM-DD' with digits in these places; whether there is such a day is the engine's to say.
bool is_plain_date(std::string_view text) {
    constexpr std::string_view kShape = "dddd-dd-dd";
    return std::ranges::equal(text, kShape,
                              [](char c, char shape) { return shape == 'd' ? c >= '0' && c <= '9' : c == shape; });
}

bool is_plain_timestamp(std::string_view text) {
    constexpr std::string_view kClock = "0123456789:.";
    return text.size() >= 19 && text.size() <= 26 && is_plain_date(text.substr(0, 10)) && text[10] == ' ' &&
           text.find_first_not_of(kClock, 11) == std::string_view::npos;
}

bool is_integer_type(std::uint32_t type, std::string_view digits) {
    switch (type) {
        case oid::kInt2:
            return fits<std::int16_t>(digits);
        case oid::kInt4:
            return fits<std::int32_t>(digits);
        case oid::kInt8:
            return fits<std::int64_t>(digits);
        default:
            return false;
    }
}

bool takes_integer(std::uint32_t type, const sql::Literal& literal) {
    constexpr std::size_t kExactDigits = 15;  // of a double
    if (is_integer_type(type, literal.written)) return true;
    if (literal.written.size() > kExactDigits) return false;
    return type == oid::kFloat8 || (literal.stored && type == oid::kNumeric);
}

bool takes_string(std::uint32_t type, const std::string& value) {
    switch (type) {
        case oid::kText:
        case oid::kVarchar:
            return true;
        case oid::kDate:
            return is_plain_date(value);
        case oid::kTimestamp:
            return is_plain_date(value) || is_plain_timestamp(value);
        default:
            return is_integer_type(type, value);
    }
}

bool takes(std::uint32_t type, const sql::Literal& literal, const std::string& value) {
    switch (literal.kind) {
        case LiteralKind::kInteger:
            return takes_integer(type, literal);
        case LiteralKind::kDecimal:
            return literal.stored && (type == oid::kNumeric || type == oid::kFloat8);
        case LiteralKind::kString:
            return takes_string(type, value);
    }
    return false;
}

bool same_column(const pgproto::FieldDescription& a, const pgproto::FieldDescription& b) {
    return a.name == b.name && a.table_oid == b.table_oid && a.column_number == b.column_number &&
           a.type_oid == b.type_oid && a.type_size == b.type_size && a.type_modifier == b.type_modifier;
}

}  // namespace

SharedPlans::State SharedPlans::state(std::string_view form) const {
    const std::uint64_t hash = std::hash<std::string_view>{}(form);
    const Entry& entry = entries_[hash % entries_.size()];
    return entry.hash == hash ? entry.state : State::kNew;
}

void SharedPlans::set(std::string_view form, State state) {
    const std::uint64_t hash = std::hash<std::string_view>{}(form);
    entries_[hash % entries_.size()] = {hash, state};
}

bool describes_the_same(const PreparedStatement& form, const PreparedStatement& statement) {
    return form.plan != nullptr && statement.plan != nullptr && form.plan->kind() == statement.plan->kind() &&
           form.returns_rows() == statement.returns_rows() &&
           std::ranges::equal(form.fields, statement.fields, same_column);
}

std::optional<std::vector<engine::ParameterValue>> values_of(const std::vector<sql::Literal>& literals,
                                                             const std::vector<std::uint32_t>& types,
                                                             OwnedTexts& owned) {
    if (literals.size() != types.size()) return std::nullopt;
    std::vector<engine::ParameterValue> values;
    values.reserve(literals.size());
    for (std::size_t i = 0; i < literals.size(); ++i) {
        std::string& value = owned.emplace_back(sql::literal_value(literals[i]));
        if (!takes(types[i], literals[i], value)) return std::nullopt;
        values.emplace_back(engine::TextValue{value});
    }
    return values;
}

Error in_text(Error error, const sql::ParameterForm& form, std::string_view text) {
    if (error.position <= 0) return error;
    const std::size_t offset = byte_of_character(form.sql, static_cast<std::size_t>(error.position) - 1);
    error.position = count_characters(text.substr(0, sql::original_offset(form, text, offset))) + 1;
    return error;
}

}  // namespace smew::pgsession
