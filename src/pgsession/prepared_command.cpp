#include "pgsession/session_command.hpp"
#include "pgsession/type_map.hpp"

#include <array>
#include <utility>

namespace smew::pgsession {
namespace {

// A type's name as PREPARE lists them: words, maybe a modifier in parentheses, maybe [].
std::optional<std::uint32_t> read_type(CommandReader& reader) {
    std::string name;
    while (reader.peek().names_something() || reader.peek().is_symbol('.')) {
        const sql::Token token = reader.next();
        if (token.is_symbol('.')) {
            name.clear();  // pg_catalog.int4
            continue;
        }
        name += (name.empty() ? "" : " ") + sql::identifier_value(token);
    }
    if (reader.take_symbol('(')) {
        while (!reader.at_end() && !reader.take_symbol(')')) reader.next();
    }
    // "timestamp(3) with time zone"
    while (reader.peek().kind == sql::TokenKind::kWord) name += " " + sql::identifier_value(reader.next());
    if (reader.take_symbol('[')) {
        if (!reader.take_symbol(']')) return std::nullopt;
        name += "[]";
    }
    return oid_of_type_name(name);
}

// A cast behind an argument says nothing new: the statement's parameter has its type.
bool skip_cast(CommandReader& reader) {
    if (!reader.take_symbol(':')) return true;
    return reader.take_symbol(':') && read_type(reader).has_value();
}

// A literal. nullopt when it is anything else.
std::optional<std::optional<std::string>> read_argument(CommandReader& reader) {
    using Argument = std::optional<std::string>;
    const bool negative = reader.take_symbol('-');
    if (!negative) reader.take_symbol('+');
    const sql::Token token = reader.next();
    if (token.kind == sql::TokenKind::kNumber) return Argument((negative ? "-" : "") + std::string(token.text));
    if (negative) return std::nullopt;
    if (token.kind == sql::TokenKind::kString) return Argument(sql::string_value(token));
    if (token.is("null")) return std::optional<Argument>(Argument());
    if (token.is("true") || token.is("false")) return Argument(sql::to_lower(token.text));
    return std::nullopt;
}

// Up to the comma or parenthesis that ends it.
Result<void> skip_expression(CommandReader& reader) {
    for (int depth = 0; depth > 0 || !(reader.peek().is_symbol(',') || reader.peek().is_symbol(')')); reader.next()) {
        const sql::Token token = reader.peek();
        if (token.kind == sql::TokenKind::kEnd || token.kind == sql::TokenKind::kUnterminated) {
            return reader.syntax_error();
        }
        if (token.is_symbol('(') || token.is_symbol('[') || token.is_symbol('{')) ++depth;
        if (token.is_symbol(')') || token.is_symbol(']') || token.is_symbol('}')) --depth;
    }
    return {};
}

struct FactRow {
    std::string_view name;
    SessionFact fact;
    bool needs_parentheses;
};
constexpr std::array kFacts{
    FactRow{"version", SessionFact::kVersion, true},
    FactRow{"current_schema", SessionFact::kCurrentSchema, false},
    FactRow{"pg_backend_pid", SessionFact::kBackendPid, true},
    FactRow{"current_database", SessionFact::kCurrentDatabase, true},
    FactRow{"current_catalog", SessionFact::kCurrentCatalog, false},
    FactRow{"current_user", SessionFact::kCurrentUser, false},
    FactRow{"session_user", SessionFact::kSessionUser, false},
    FactRow{"user", SessionFact::kUser, false},
    FactRow{"current_role", SessionFact::kCurrentRole, false},
};

}  // namespace

Result<SessionCommand> read_prepare(CommandReader& reader) {
    if (reader.peek().is("transaction")) {
        return SessionCommand(RefusedCommand{{sqlstate::kFeatureNotSupported, "two-phase commit is not supported"}});
    }
    const sql::Token name = reader.next();
    if (!name.names_something()) return reader.syntax_error();
    PrepareCommand command{.name = sql::identifier_value(name)};
    if (reader.take_symbol('(')) {
        do {
            const CommandReader before = reader;
            const std::optional<std::uint32_t> type = read_type(reader);
            if (!type) {
                return Error{sqlstate::kUndefinedObject,
                             "type \"" + std::string(before.peek().text) + "\" does not exist"};
            }
            command.parameter_types.push_back(*type);
        } while (reader.take_symbol(','));
        if (!reader.take_symbol(')')) return reader.syntax_error();
    }
    if (!reader.take("as") || reader.at_end()) return reader.syntax_error();
    command.sql = std::string(reader.rest());
    return SessionCommand(command);
}

Result<SessionCommand> read_execute(CommandReader& reader) {
    const sql::Token name = reader.next();
    if (!name.names_something()) return reader.syntax_error();
    ExecuteCommand command{.name = sql::identifier_value(name)};
    if (reader.take_symbol('(') && !reader.take_symbol(')')) {
        const std::string_view before = reader.from_next();
        bool literals = true;
        do {
            CommandReader ahead = reader;
            std::optional<std::optional<std::string>> argument = read_argument(ahead);
            const bool literal =
                argument && skip_cast(ahead) && (ahead.peek().is_symbol(',') || ahead.peek().is_symbol(')'));
            if (const Result<void> skipped = skip_expression(reader); !skipped) return skipped.error();
            literals = literals && literal;
            command.arguments.push_back(literal ? std::move(*argument) : std::nullopt);
        } while (reader.take_symbol(','));
        if (!literals) command.expressions = std::string(reader.since(before));
        if (!reader.take_symbol(')')) return reader.syntax_error();
    }
    if (!reader.at_end()) return reader.syntax_error();
    return SessionCommand(command);
}

std::optional<SessionCommand> read_fact(CommandReader& reader) {
    sql::Token name = reader.next();
    if (name.is("pg_catalog") && reader.take_symbol('.')) name = reader.next();
    for (const FactRow& row : kFacts) {
        if (!name.is(row.name)) continue;
        const bool parentheses = reader.take_symbol('(');
        if (parentheses && !reader.take_symbol(')')) return std::nullopt;
        const bool reserved = row.fact != SessionFact::kCurrentSchema && !row.needs_parentheses;
        if (parentheses ? reserved : row.needs_parentheses) return std::nullopt;
        std::string column(row.name);
        if (reader.take("as")) {
            if (!reader.peek().names_something()) return std::nullopt;
            column = sql::identifier_value(reader.next());
        }
        if (!reader.at_end()) return std::nullopt;
        return SessionCommand(FactCommand{row.fact, column});
    }
    return std::nullopt;
}

}  // namespace smew::pgsession
