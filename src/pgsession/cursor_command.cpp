// DECLARE, FETCH, MOVE and CLOSE. Source: PostgreSQL 15 documentation, the pages of these commands.
#include "pgsession/session_command.hpp"

#include <charconv>

namespace smew::pgsession {
namespace {

SessionCommand refuse(std::string message, std::string hint) {
    return RefusedCommand{{sqlstate::kFeatureNotSupported, std::move(message), "", std::move(hint)}};
}

SessionCommand refuse_direction() {
    return refuse("cursors can only move forward",
                  "Use FETCH NEXT, FETCH n, FETCH FORWARD n or FETCH ALL, or declare the cursor again.");
}

struct Direction {
    std::optional<std::uint64_t> rows = 1;  // nullopt: all
    bool supported = true;
};

// A number with its sign. nullopt when none comes or it is too large.
std::optional<std::int64_t> read_count(CommandReader& reader) {
    const bool negative = reader.take_symbol('-');
    if (!negative) reader.take_symbol('+');
    const sql::Token token = reader.next();
    std::int64_t count = 0;
    const char* const end = token.text.data() + token.text.size();
    if (token.kind != sql::TokenKind::kNumber) return std::nullopt;
    if (const auto [at, error] = std::from_chars(token.text.data(), end, count); error != std::errc() || at != end) {
        return std::nullopt;
    }
    return negative ? -count : count;
}

bool starts_count(const sql::Token& token) {
    return token.kind == sql::TokenKind::kNumber || token.is_symbol('-') || token.is_symbol('+');
}

// FETCH 0 gives the row the cursor stands on once more: a step back.
Direction forward_by(std::int64_t count) {
    return {.rows = count > 0 ? static_cast<std::uint64_t>(count) : 0, .supported = count > 0};
}

// Names of directions are no reserved words: "FETCH next" is of a cursor called next.
bool is_direction(const CommandReader& reader, std::string_view word) {
    CommandReader ahead = reader;
    return ahead.take(word) && !ahead.at_end();
}

Result<Direction> read_direction(CommandReader& reader) {
    if (starts_count(reader.peek())) {
        const CommandReader before = reader;
        const std::optional<std::int64_t> count = read_count(reader);
        return count ? Result<Direction>(forward_by(*count)) : before.syntax_error();
    }
    if (reader.take("all")) return Direction{.rows = std::nullopt};
    if (is_direction(reader, "next")) {
        reader.next();
        return Direction{};
    }
    if (is_direction(reader, "forward")) {
        reader.next();
        return starts_count(reader.peek()) || reader.peek().is("all") ? read_direction(reader) : Direction{};
    }
    for (const std::string_view word : {"prior", "first", "last", "absolute", "relative", "backward"}) {
        if (!is_direction(reader, word)) continue;
        reader.next();
        if (reader.take("all")) return Direction{.supported = false};
        if (starts_count(reader.peek()) && !read_count(reader)) return reader.syntax_error();
        return Direction{.supported = false};
    }
    return Direction{};
}

Result<std::string> read_name(CommandReader& reader) {
    if (!reader.peek().names_something()) return reader.syntax_error();
    std::string name = sql::identifier_value(reader.next());
    if (name.empty()) return Error{sqlstate::kInvalidCursorName, "invalid cursor name: must not be empty"};
    return name;
}

struct DeclareOptions {
    bool binary = false, scroll = false, hold = false;
};

Result<DeclareOptions> read_declare_options(CommandReader& reader) {
    DeclareOptions options;
    while (!reader.take("cursor")) {
        if (reader.take("binary")) {
            options.binary = true;
        } else if (reader.take("scroll")) {
            options.scroll = true;
        } else if (reader.take("no")) {
            if (!reader.take("scroll")) return reader.syntax_error();
        } else if (!reader.take("insensitive") && !reader.take("asensitive")) {
            return reader.syntax_error();
        }
    }
    options.hold = reader.take("with");
    if ((options.hold || reader.take("without")) && !reader.take("hold")) return reader.syntax_error();
    return options;
}

}  // namespace

Result<SessionCommand> read_declare(CommandReader& reader) {
    Result<std::string> name = read_name(reader);
    if (!name) return name.error();
    const Result<DeclareOptions> options = read_declare_options(reader);
    if (!options) return options.error();
    if (!reader.take("for") || reader.at_end()) return reader.syntax_error();
    if (options->scroll) return refuse("scrollable cursors are not supported", "Declare the cursor with NO SCROLL.");
    if (options->hold) {
        return refuse("cursors WITH HOLD are not supported",
                      "Read the cursor within its transaction, or keep the result in a temporary table.");
    }
    return SessionCommand(DeclareCommand{.name = std::move(*name),
                                         .query = std::string(reader.from_next()),
                                         .query_offset = reader.offset(),
                                         .binary = options->binary});
}

Result<SessionCommand> read_fetch(CommandReader& reader, bool move) {
    const Result<Direction> direction = read_direction(reader);
    if (!direction) return direction.error();
    if (!reader.take("from")) reader.take("in");
    Result<std::string> name = read_name(reader);
    if (!name) return name.error();
    if (!reader.at_end()) return reader.syntax_error();
    if (!direction->supported) return refuse_direction();
    return SessionCommand(FetchCommand{.name = std::move(*name), .rows = direction->rows, .move = move});
}

Result<SessionCommand> read_close(CommandReader& reader) {
    CloseCommand command;
    if (!reader.take("all")) {
        Result<std::string> name = read_name(reader);
        if (!name) return name.error();
        command.name = std::move(*name);
    }
    if (!reader.at_end()) return reader.syntax_error();
    return SessionCommand(std::move(command));
}

}  // namespace smew::pgsession
