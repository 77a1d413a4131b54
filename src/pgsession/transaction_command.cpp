#include "pgsession/session_command.hpp"

#include <array>

namespace smew::pgsession {
namespace {

// [WORK | TRANSACTION], then [AND [NO] CHAIN].
Result<bool> read_chain(CommandReader& reader) {
    if (!reader.take("work")) reader.take("transaction");
    if (!reader.take("and")) return false;
    const bool no = reader.take("no");
    if (!reader.take("chain")) return reader.syntax_error();
    return !no;
}

std::optional<std::string> read_isolation(CommandReader& reader) {
    if (reader.take("serializable")) return "serializable";
    if (reader.take("repeatable"))
        return reader.take("read") ? std::optional<std::string>("repeatable read") : std::nullopt;
    if (!reader.take("read")) return std::nullopt;
    if (reader.take("committed")) return "read committed";
    if (reader.take("uncommitted")) return "read uncommitted";
    return std::nullopt;
}

// One mode; false when what comes is none.
bool read_mode(CommandReader& reader, TransactionModes& modes) {
    if (reader.take("isolation")) {
        if (!reader.take("level")) return false;
        const std::optional<std::string> level = read_isolation(reader);
        modes.isolation = level.value_or("");
        return level.has_value();
    }
    if (reader.take("read")) {
        modes.read_only = reader.take("only");
        return *modes.read_only || reader.take("write");
    }
    const bool no = reader.take("not");
    modes.deferrable = !no;
    return reader.take("deferrable");
}

// The word before a name. "savepoint" alone is a name itself.
void skip_savepoint(CommandReader& reader) {
    CommandReader ahead = reader;
    if (ahead.take("savepoint") && !ahead.at_end()) reader = ahead;
}

Result<std::string> read_savepoint_name(CommandReader& reader) {
    if (!reader.peek().names_something()) return reader.syntax_error();
    std::string name = sql::identifier_value(reader.next());
    if (!reader.at_end()) return reader.syntax_error();
    return name;
}

}  // namespace

Result<TransactionModes> read_transaction_modes(CommandReader& reader) {
    TransactionModes modes;
    for (bool first = true; !reader.at_end(); first = false) {
        if (!first) reader.take_symbol(',');
        if (!read_mode(reader, modes)) return reader.syntax_error();
    }
    return modes;
}

Result<SessionCommand> read_begin(CommandReader& reader, bool start_form) {
    if (!start_form && !reader.take("work")) reader.take("transaction");
    const Result<TransactionModes> modes = read_transaction_modes(reader);
    if (!modes) return modes.error();
    return SessionCommand(BeginCommand{*modes, start_form});
}

Result<SessionCommand> read_commit(CommandReader& reader) {
    if (reader.take("prepared")) {
        return SessionCommand(RefusedCommand{{sqlstate::kFeatureNotSupported, "two-phase commit is not supported"}});
    }
    const Result<bool> chain = read_chain(reader);
    if (!chain) return chain.error();
    if (!reader.at_end()) return reader.syntax_error();
    return SessionCommand(CommitCommand{*chain});
}

Result<SessionCommand> read_savepoint(CommandReader& reader) {
    Result<std::string> name = read_savepoint_name(reader);
    if (!name) return name.error();
    return SessionCommand(SavepointCommand{std::move(*name)});
}

// RELEASE [SAVEPOINT] name
Result<SessionCommand> read_release(CommandReader& reader) {
    skip_savepoint(reader);
    Result<std::string> name = read_savepoint_name(reader);
    if (!name) return name.error();
    return SessionCommand(ReleaseCommand{std::move(*name)});
}

Result<SessionCommand> read_rollback(CommandReader& reader) {
    if (reader.take("prepared")) {
        return SessionCommand(RefusedCommand{{sqlstate::kFeatureNotSupported, "two-phase commit is not supported"}});
    }
    const Result<bool> chain = read_chain(reader);
    if (!chain) return chain.error();
    if (reader.take("to")) {
        skip_savepoint(reader);
        Result<std::string> name = read_savepoint_name(reader);
        if (!name) return name.error();
        return SessionCommand(RollbackToCommand{std::move(*name)});
    }
    if (!reader.at_end()) return reader.syntax_error();
    return SessionCommand(RollbackCommand{*chain});
}

}  // namespace smew::pgsession
