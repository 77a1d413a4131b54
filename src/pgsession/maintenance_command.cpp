// VACUUM, ANALYZE and LOCK: what of them is true here. The engine reclaims space and keeps to its snapshots by itself.
#include "pgsession/session_command.hpp"

namespace smew::pgsession {
namespace {

Result<void> skip_options(CommandReader& reader) {
    if (!reader.take_symbol('(')) {
        for (const std::string_view word : {"full", "freeze", "verbose", "analyze", "analyse"}) reader.take(word);
        return {};
    }
    while (!reader.take_symbol(')')) {
        if (reader.at_end()) return reader.syntax_error();
        reader.next();
    }
    return {};
}

// A table as written, maybe with columns in parentheses, which do not matter.
Result<std::string> read_table(CommandReader& reader) {
    const std::string_view before = reader.from_next();
    if (!reader.name()) return reader.syntax_error();
    std::string table(reader.since(before));
    if (reader.take_symbol('(')) {
        while (!reader.take_symbol(')')) {
            if (reader.at_end()) return reader.syntax_error();
            reader.next();
        }
    }
    return table;
}

Result<SessionCommand> read_tables(CommandReader& reader, std::string tag) {
    if (const Result<void> options = skip_options(reader); !options) return options.error();
    VacuumCommand command{.tag = std::move(tag)};
    if (reader.at_end()) return SessionCommand(std::move(command));
    do {
        const Result<std::string> table = read_table(reader);
        if (!table) return table.error();
        // New statistics do no harm, and a table that does not exist is an error.
        command.statements.push_back("ANALYZE " + *table);
    } while (reader.take_symbol(','));
    if (!reader.at_end()) return reader.syntax_error();
    return SessionCommand(std::move(command));
}

}  // namespace

Result<SessionCommand> read_vacuum(CommandReader& reader) {
    return read_tables(reader, "VACUUM");
}

Result<SessionCommand> read_analyze(CommandReader& reader) {
    return read_tables(reader, "ANALYZE");
}

// A transaction sees its tables as they were when it began, whatever others do: that is what ACCESS SHARE gives. No
// other lock can be had, as transactions do not wait.
Result<SessionCommand> read_lock(CommandReader& reader) {
    const auto tokens_hold = [&](std::string_view first, std::string_view second) {
        for (CommandReader ahead = reader; !ahead.at_end(); ahead.next()) {
            CommandReader at = ahead;
            if (at.take(first) && at.take(second)) return true;
        }
        return false;
    };
    if (tokens_hold("access", "share")) return SessionCommand(NothingCommand{"LOCK TABLE", "LOCK TABLE"});
    return SessionCommand(RefusedCommand{
        {sqlstate::kFeatureNotSupported, "LOCK is not supported", "Only IN ACCESS SHARE MODE is.",
         "Transactions never wait for each other: of two that change the same rows one fails with 40001 and can be run "
         "again."}});
}

}  // namespace smew::pgsession
