#include "pgsession/session_command.hpp"

#include <charconv>
#include <cmath>

namespace smew::pgsession {
namespace {

SessionCommand refused(std::string message) {
    return RefusedCommand{{sqlstate::kFeatureNotSupported, std::move(message)}};
}

// One value: a name, a string, a number, a signed number.
std::optional<std::string> read_value(CommandReader& reader) {
    std::string sign;
    if (reader.peek().is_symbol('-') || reader.peek().is_symbol('+')) {
        sign = reader.next().text == "-" ? "-" : "";
        if (reader.peek().kind != sql::TokenKind::kNumber) return std::nullopt;
    }
    const sql::Token token = reader.peek();
    switch (token.kind) {
        case sql::TokenKind::kWord:
        case sql::TokenKind::kQuotedIdentifier:
            reader.next();
            return sql::identifier_value(token);
        case sql::TokenKind::kString:
            reader.next();
            return sql::string_value(token);
        case sql::TokenKind::kNumber:
            reader.next();
            return sign + std::string(token.text);
        default:
            return std::nullopt;
    }
}

// name {TO | =} {value, … | DEFAULT}
Result<SessionCommand> read_assignment(CommandReader& reader, bool local) {
    const std::optional<std::string> name = reader.name();
    if (!name) return reader.syntax_error();
    if (!reader.take("to") && !reader.take_symbol('=')) return reader.syntax_error();
    // DuckDB's own word for what PostgreSQL calls search_path.
    SetCommand command{.name = *name == "schema" ? "search_path" : *name, .local = local};
    if (reader.take("default")) {
        if (!reader.at_end()) return reader.syntax_error();
        return SessionCommand(command);
    }
    do {
        const std::optional<std::string> value = read_value(reader);
        if (!value) return reader.syntax_error();
        command.values.push_back(*value);
    } while (reader.take_symbol(','));
    if (!reader.at_end()) return reader.syntax_error();
    return SessionCommand(command);
}

// Hours as a number, which may have a fraction and a sign.
std::optional<std::int32_t> offset_seconds(std::string_view hours) {
    double value = 0;
    const auto [end, failed] = std::from_chars(hours.data(), hours.data() + hours.size(), value);
    if (failed != std::errc{} || end != hours.data() + hours.size() || std::abs(value) > 24) return std::nullopt;
    return static_cast<std::int32_t>(std::lround(value * 3600));
}

// The text of INTERVAL '-08:00' HOUR TO MINUTE.
std::optional<std::int32_t> interval_seconds(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    const std::size_t colon = std::min(text.find(':'), text.size());
    const auto hours = offset_seconds(text.substr(0, colon));
    std::int32_t minutes = 0;
    if (colon < text.size()) {
        const std::string_view digits = text.substr(colon + 1);
        const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), minutes);
        if (failed != std::errc{} || end != digits.data() + digits.size() || minutes < 0 || minutes > 59)
            return std::nullopt;
    }
    if (!hours) return std::nullopt;
    const std::int32_t seconds = *hours + minutes * 60;
    return negative ? -seconds : seconds;
}

Result<SessionCommand> read_time_zone(CommandReader& reader, bool local) {
    SetCommand command{.name = "TimeZone", .local = local};
    if (reader.take("interval")) {
        const sql::Token text = reader.next();
        if (text.kind == sql::TokenKind::kString) command.zone_offset = interval_seconds(sql::string_value(text));
        if (reader.take("hour") && reader.take("to")) reader.take("minute");
        if (!command.zone_offset || !reader.at_end()) return reader.syntax_error();
        return SessionCommand(command);
    }
    if (!reader.take("local") && !reader.take("default")) {
        const bool number = !reader.peek().names_something() && reader.peek().kind != sql::TokenKind::kString;
        const std::optional<std::string> value = read_value(reader);
        if (!value) return reader.syntax_error();
        if (number) {
            command.zone_offset = offset_seconds(*value);
            if (!command.zone_offset) return reader.syntax_error();
        } else {
            command.values.push_back(*value);
        }
    }
    if (!reader.at_end()) return reader.syntax_error();
    return SessionCommand(command);
}

// SET ROLE and SET SESSION AUTHORIZATION: only what leaves the user as it is.
Result<SessionCommand> read_role(CommandReader& reader, std::string_view statement) {
    RoleCommand command{.tag = "SET", .statement = std::string(statement)};
    if (!reader.take("none") && !reader.take("default")) {
        const std::optional<std::string> role = read_value(reader);
        if (!role) return reader.syntax_error();
        command.role = *role;
    }
    if (!reader.at_end()) return reader.syntax_error();
    return SessionCommand(std::move(command));
}

// No constraint here is deferrable: they are checked by each statement. ALL means those that are.
Result<SessionCommand> read_constraints(CommandReader& reader) {
    if (!reader.take("all")) {
        return SessionCommand(
            RefusedCommand{{sqlstate::kFeatureNotSupported, "SET CONSTRAINTS of a name is not supported",
                            "No constraint is deferrable: each statement checks them.",
                            "Use SET CONSTRAINTS ALL, which has no effect."}});
    }
    if (!reader.take("deferred") && !reader.take("immediate")) return reader.syntax_error();
    if (!reader.at_end()) return reader.syntax_error();
    return SessionCommand(NothingCommand{"SET CONSTRAINTS"});
}

Result<SessionCommand> read_transaction(CommandReader& reader, bool characteristics) {
    if (reader.take("snapshot")) return refused("SET TRANSACTION SNAPSHOT is not supported");
    if (reader.at_end()) return reader.syntax_error();
    const Result<TransactionModes> modes = read_transaction_modes(reader);
    if (!modes) return modes.error();
    return SessionCommand(SetTransactionCommand{*modes, characteristics});
}

}  // namespace

Result<SessionCommand> read_set(CommandReader& reader) {
    CommandReader ahead = reader;
    if (ahead.take("session") && ahead.take("characteristics")) {
        if (!ahead.take("as") || !ahead.take("transaction")) return ahead.syntax_error();
        return read_transaction(ahead, true);
    }
    if (ahead = reader; ahead.take("session") && ahead.take("authorization")) {
        return read_role(ahead, "SET SESSION AUTHORIZATION");
    }
    const bool local = reader.take("local");
    if (!local) reader.take("session") || reader.take("global");
    if (ahead = reader; ahead.take("time") && ahead.take("zone")) return read_time_zone(ahead, local);
    if (ahead = reader; ahead.take("transaction")) return read_transaction(ahead, false);
    if (ahead = reader; ahead.take("role")) return read_role(ahead, "SET ROLE");
    if (ahead = reader; ahead.take("constraints")) return read_constraints(ahead);
    if (ahead = reader; ahead.take("names")) {
        SetCommand command{.name = "client_encoding", .local = local};
        if (!ahead.take("default")) {
            const std::optional<std::string> value = read_value(ahead);
            if (!value) return ahead.syntax_error();
            command.values.push_back(*value);
        }
        if (!ahead.at_end()) return ahead.syntax_error();
        return SessionCommand(command);
    }
    if (ahead = reader; ahead.take("schema") && ahead.peek().kind == sql::TokenKind::kString) {
        SetCommand command{.name = "search_path", .values = {sql::string_value(ahead.next())}, .local = local};
        if (!ahead.at_end()) return ahead.syntax_error();
        return SessionCommand(command);
    }
    if (ahead = reader; ahead.take("variable") && ahead.peek().names_something()) {
        return refused("SET VARIABLE is not supported");
    }
    return read_assignment(reader, local);
}

Result<SessionCommand> read_reset(CommandReader& reader) {
    CommandReader ahead = reader;
    if (ahead.take("all") && ahead.at_end()) return SessionCommand(ResetCommand{});
    if (ahead = reader; ahead.take("role") && ahead.at_end()) return SessionCommand(NothingCommand{"RESET"});
    if (ahead = reader; ahead.take("session") && ahead.take("authorization") && ahead.at_end()) {
        return SessionCommand(NothingCommand{"RESET"});
    }
    if (ahead = reader; ahead.take("time") && ahead.take("zone") && ahead.at_end()) {
        return SessionCommand(ResetCommand{"TimeZone"});
    }
    if (ahead = reader; ahead.take("transaction") && ahead.take("isolation") && ahead.take("level") && ahead.at_end()) {
        return SessionCommand(ResetCommand{"transaction_isolation"});
    }
    const std::optional<std::string> name = reader.name();
    if (!name || !reader.at_end()) return reader.syntax_error();
    return SessionCommand(ResetCommand{*name == "schema" ? "search_path" : *name});
}

}  // namespace smew::pgsession
