// worded_constraint(): DuckDB's texts about violated constraints, in PostgreSQL's words. DuckDB does not tell the
// constraint's name, and the table's only sometimes; what it does not tell is not guessed.
#include "engine/error_wording.hpp"

#include <duckdb/common/exception.hpp>

namespace smew::engine {
namespace {

std::string_view after(std::string_view text, std::string_view mark) {
    const std::size_t at = text.find(mark);
    return at == std::string_view::npos ? std::string_view() : text.substr(at + mark.size());
}
std::string_view until(std::string_view text, std::string_view mark) {
    return text.substr(0, text.find(mark));
}
std::string quoted(std::string_view name) {
    return '"' + std::string(name) + '"';
}

// `a: 1, b: x` as PostgreSQL writes it: (a, b)=(1, x).
std::string key_of(std::string_view pairs) {
    std::string columns;
    std::string values;
    while (!pairs.empty()) {
        const std::size_t colon = pairs.find(": ");
        if (colon == std::string_view::npos) return quoted(pairs);
        columns += (columns.empty() ? "" : ", ") + std::string(pairs.substr(0, colon));
        pairs.remove_prefix(colon + 2);
        // A value may hold a comma; what follows the last one before the next colon is a column's name.
        const std::size_t comma = pairs.substr(0, pairs.find(": ")).rfind(", ");
        const bool last = comma == std::string_view::npos || pairs.find(": ") == std::string_view::npos;
        values += (values.empty() ? "" : ", ") + std::string(last ? pairs : pairs.substr(0, comma));
        pairs.remove_prefix(last ? pairs.size() : comma + 2);
    }
    return "(" + columns + ")=(" + values + ")";
}

// The text between the first quote and the last one before `mark`.
std::string key_before(std::string_view message, std::string_view mark) {
    const std::string_view start = after(message, "key \"");
    return key_of(start.substr(0, start.rfind('"', start.find(mark))));
}

Error duplicate_key(Sqlstate code, std::string_view message) {
    if (message.find("already exists") == std::string_view::npos &&
        message.find("violates") == std::string_view::npos) {
        // Found when the index is made or the transaction ends.
        return {code, "duplicate key value violates unique constraint", std::string(message)};
    }
    const bool primary = message.find("primary key") != std::string_view::npos;
    return {code, std::string("duplicate key value violates ") + (primary ? "primary key" : "unique") + " constraint",
            "Key " + key_before(message, "violates") + " already exists."};
}

Error foreign_key(Sqlstate code, std::string_view message) {
    if (message.find("does not exist in the referenced table") != std::string_view::npos) {
        return {code, "insert or update violates foreign key constraint",
                "Key " + key_before(message, "does not exist") + " is not present in the referenced table."};
    }
    return {code, "update or delete violates foreign key constraint of another table",
            "Key " + key_before(message, "is still referenced") + " is still referenced."};
}

}  // namespace

Error worded_constraint(Sqlstate code, std::string_view message) {
    if (code == sqlstate::kUniqueViolation) return duplicate_key(code, message);
    if (code == sqlstate::kForeignKeyViolation) return foreign_key(code, message);
    if (code == sqlstate::kNotNullViolation) {
        const std::string_view column = after(message, "failed: ");
        const std::size_t dot = column.rfind('.');
        if (dot == std::string_view::npos)
            return {code, "null value violates not-null constraint", std::string(message)};
        return {code, "null value in column " + quoted(column.substr(dot + 1)) + " of relation " +
                          quoted(column.substr(0, dot)) + " violates not-null constraint"};
    }
    if (code == sqlstate::kCheckViolation) {
        const std::string_view table = until(after(message, "on table "), " with expression");
        return {code, "new row for relation " + quoted(table) + " violates check constraint",
                std::string(after(message, "with expression "))};
    }
    return {code, std::string(message)};
}

}  // namespace smew::engine
