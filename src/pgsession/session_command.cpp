#include "pgsession/session_command.hpp"

#include "core/characters.hpp"
#include "pgsession/refusals.hpp"

#include <algorithm>
#include <array>

namespace smew::pgsession {
namespace {

using Found = Result<std::optional<SessionCommand>>;

Found found(Result<SessionCommand> command) {
    if (!command) return command.error();
    return std::optional<SessionCommand>(std::move(*command));
}

Found at_end(CommandReader& reader, SessionCommand command) {
    if (!reader.at_end()) return reader.syntax_error();
    return std::optional<SessionCommand>(std::move(command));
}

// DuckDB has SHOW statements of its own, which list things.
bool is_engine_show(const CommandReader& reader) {
    constexpr std::array<std::string_view, 6> kLists{"tables", "databases", "schemas", "columns", "variables", "views"};
    CommandReader ahead = reader;
    const sql::Token first = ahead.next();
    if (first.is("all") && ahead.peek().is("tables")) return true;
    return std::ranges::any_of(kLists, [&](std::string_view word) { return first.is(word); });
}

Found read_show(CommandReader& reader) {
    if (is_engine_show(reader) || reader.at_end()) return std::optional<SessionCommand>();
    if (reader.take("all")) return at_end(reader, ShowCommand{});
    CommandReader ahead = reader;
    if (ahead.take("time") && ahead.take("zone")) return at_end(ahead, ShowCommand{"TimeZone"});
    if (ahead = reader; ahead.take("transaction") && ahead.take("isolation") && ahead.take("level")) {
        return at_end(ahead, ShowCommand{"transaction_isolation"});
    }
    if (ahead = reader; ahead.take("session") && ahead.take("authorization")) {
        return at_end(ahead, ShowCommand{"session_authorization"});
    }
    const std::optional<std::string> name = reader.name();
    if (!name) return reader.syntax_error();
    return at_end(reader, ShowCommand{*name});
}

Found read_discard(CommandReader& reader) {
    if (reader.take("all")) return at_end(reader, DiscardCommand{DiscardTarget::kAll});
    if (reader.take("plans")) return at_end(reader, DiscardCommand{DiscardTarget::kPlans});
    if (reader.take("sequences")) return at_end(reader, DiscardCommand{DiscardTarget::kSequences});
    if (reader.take("temp") || reader.take("temporary")) {
        return at_end(reader, RefusedCommand{{sqlstate::kFeatureNotSupported, "DISCARD TEMP is not supported", "",
                                              "Use DISCARD ALL, or drop the temporary tables."}});
    }
    return reader.syntax_error();
}

Found read_deallocate(CommandReader& reader) {
    reader.take("prepare");
    if (reader.take("all")) return at_end(reader, DeallocateCommand{});
    const std::optional<std::string> name = reader.name();
    if (!name) return reader.syntax_error();
    return at_end(reader, DeallocateCommand{*name});
}

// USE schema and USE database.schema: the schema is looked up first from now on.
Found read_use(CommandReader& reader) {
    std::optional<std::string> schema;
    do {
        const sql::Token token = reader.next();
        if (!token.names_something()) return reader.syntax_error();
        schema = sql::identifier_value(token);
    } while (reader.take_symbol('.'));
    return at_end(reader, SetCommand{.name = "search_path", .values = {*schema}});
}

using ReadCommand = Found (*)(CommandReader&);
struct FirstWord {
    std::string_view word;
    ReadCommand read;
};
constexpr std::array kFirstWords{
    FirstWord{"begin", [](CommandReader& r) { return found(read_begin(r, false)); }},
    FirstWord{"start",
              [](CommandReader& r) -> Found {
                  if (!r.take("transaction")) return r.syntax_error();
                  return found(read_begin(r, true));
              }},
    FirstWord{"commit", [](CommandReader& r) { return found(read_commit(r)); }},
    FirstWord{"end", [](CommandReader& r) { return found(read_commit(r)); }},
    FirstWord{"rollback", [](CommandReader& r) { return found(read_rollback(r)); }},
    FirstWord{"abort", [](CommandReader& r) { return found(read_rollback(r)); }},
    FirstWord{"set", [](CommandReader& r) { return found(read_set(r)); }},
    FirstWord{"reset", [](CommandReader& r) { return found(read_reset(r)); }},
    FirstWord{"show", read_show},
    FirstWord{"discard", read_discard},
    FirstWord{"deallocate", read_deallocate},
    FirstWord{"prepare", [](CommandReader& r) { return found(read_prepare(r)); }},
    FirstWord{"execute", [](CommandReader& r) { return found(read_execute(r)); }},
    FirstWord{"use", read_use},
    FirstWord{"select", [](CommandReader& r) -> Found { return read_fact(r); }},
    FirstWord{"savepoint", [](CommandReader& r) { return found(read_savepoint(r)); }},
    FirstWord{"release", [](CommandReader& r) { return found(read_release(r)); }},
    FirstWord{"listen", [](CommandReader& r) { return found(read_listen(r)); }},
    FirstWord{"notify", [](CommandReader& r) { return found(read_notify(r)); }},
    FirstWord{"unlisten", [](CommandReader& r) { return found(read_unlisten(r)); }},
    FirstWord{"vacuum", [](CommandReader& r) { return found(read_vacuum(r)); }},
    FirstWord{"analyze", [](CommandReader& r) { return found(read_analyze(r)); }},
    FirstWord{"analyse", [](CommandReader& r) { return found(read_analyze(r)); }},
    FirstWord{"lock", [](CommandReader& r) { return found(read_lock(r)); }},
    FirstWord{"declare", [](CommandReader& r) { return found(read_declare(r)); }},
    FirstWord{"fetch", [](CommandReader& r) { return found(read_fetch(r, false)); }},
    FirstWord{"move", [](CommandReader& r) { return found(read_fetch(r, true)); }},
    FirstWord{"close", [](CommandReader& r) { return found(read_close(r)); }},
    FirstWord{"copy", [](CommandReader& r) { return found(read_copy(r)); }},
};

}  // namespace

bool CommandReader::take(std::string_view lower_word) {
    if (!peek().is(lower_word)) return false;
    next();
    return true;
}

bool CommandReader::take_symbol(char symbol) {
    if (!peek().is_symbol(symbol)) return false;
    next();
    return true;
}

int CommandReader::offset() const {
    const sql::Token token = peek();
    const auto bytes = token.kind == sql::TokenKind::kEnd
                           ? statement_.size()
                           : static_cast<std::size_t>(token.text.data() - statement_.data());
    return count_characters(statement_.substr(0, bytes));
}

std::string_view CommandReader::since(std::string_view from_before) const {
    return from_before.substr(0, from_before.size() - from_next().size());
}

std::string_view CommandReader::from_next() const {
    const sql::Token token = peek();
    if (token.kind == sql::TokenKind::kEnd) return {};
    return statement_.substr(static_cast<std::size_t>(token.text.data() - statement_.data()));
}

Error CommandReader::syntax_error() const {
    const sql::Token token = peek();
    if (token.kind == sql::TokenKind::kEnd) return {sqlstate::kSyntaxError, "syntax error at end of input"};
    return {sqlstate::kSyntaxError, "syntax error at or near \"" + std::string(token.text) + "\"", "", "",
            offset() + 1};
}

std::optional<std::string> CommandReader::name() {
    if (!peek().names_something()) return std::nullopt;
    std::string whole = sql::identifier_value(next());
    while (peek().is_symbol('.')) {
        next();
        if (!peek().names_something()) return std::nullopt;
        whole += "." + sql::identifier_value(next());
    }
    return whole;
}

Result<std::optional<SessionCommand>> recognise_session_command(std::string_view statement) {
    sql::Lexer lexer(statement);
    const sql::Token first = lexer.next();
    if (first.kind != sql::TokenKind::kWord) return std::optional<SessionCommand>();
    for (const FirstWord& row : kFirstWords) {
        if (!first.is(row.word)) continue;
        CommandReader reader(statement, lexer);
        return row.read(reader);
    }
    if (auto refused = refuse_statement(statement)) {
        return std::optional<SessionCommand>(RefusedCommand{std::move(*refused)});
    }
    return std::optional<SessionCommand>();
}

}  // namespace smew::pgsession
