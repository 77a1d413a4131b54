#pragma once
// Statements that differ in the values they compare or store only, as clients send them that write values into the text
// themselves: psycopg2, Django, JDBC in simple mode. With $1, $2 … in place of those literals they are one text.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smew::sql {

enum class LiteralKind : std::uint8_t { kInteger, kDecimal, kString };

struct Literal {
    LiteralKind kind = LiteralKind::kInteger;
    bool stored = false;       // by VALUES or SET; else compared
    std::string_view written;  // in the text that was read: '…', -17
};

struct ParameterForm {
    std::string sql;  // the text, its literals replaced
    std::vector<Literal> literals;
};

// A literal becomes a parameter where it is a whole operand and a parameter there means the same: behind a comparison
// operator or BETWEEN with a name before it, in SET a = …, and in the rows of VALUES of an INSERT. Others stay in the
// text: in ORDER BY 1, LIMIT 10, f('day', x), DATE '…', x LIKE '…', x IN (…), a + 1.
// nullopt: no such literal, too many, not one statement of SELECT, WITH, INSERT, UPDATE or DELETE, or one that has
// parameters of its own.
std::optional<ParameterForm> parameter_form(std::string_view sql);

// What the literal says: the text within its quotes, the digits with their sign.
std::string literal_value(const Literal& literal);

// A byte of `form.sql` in the text it was made of. Both count from 0.
std::size_t original_offset(const ParameterForm& form, std::string_view sql, std::size_t offset);

}  // namespace smew::sql
