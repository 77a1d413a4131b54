// DECLARE, FETCH, MOVE and CLOSE. Source: PostgreSQL 15 documentation, the pages of these commands.
#include "pgsession/session_command.hpp"

#include <array>
#include <charconv>

namespace smew::pgsession {
namespace {

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

FetchDirection by(FetchTo to, std::optional<std::int64_t> count) {
    const bool turned = count && *count < 0 && (to == FetchTo::kForward || to == FetchTo::kBackward);
    if (turned) {
        to = to == FetchTo::kForward ? FetchTo::kBackward : FetchTo::kForward;
        count = -*count;
    }
    // FETCH 0 gives the row the cursor stands on once more.
    if (count == 0 && to != FetchTo::kAbsolute) to = FetchTo::kRelative;
    return {.to = to, .count = count};
}

// Names of directions are no reserved words: "FETCH next" is of a cursor called next.
bool is_direction(const CommandReader& reader, std::string_view word) {
    CommandReader ahead = reader;
    return ahead.take(word) && !ahead.at_end();
}

struct DirectionWord {
    std::string_view word;
    FetchTo to;
    std::int64_t count;
    bool takes_count, takes_all;
};
constexpr std::array kDirections{
    DirectionWord{"next", FetchTo::kForward, 1, false, false},
    DirectionWord{"prior", FetchTo::kBackward, 1, false, false},
    DirectionWord{"first", FetchTo::kAbsolute, 1, false, false},
    DirectionWord{"last", FetchTo::kAbsolute, -1, false, false},
    DirectionWord{"absolute", FetchTo::kAbsolute, 1, true, false},
    DirectionWord{"relative", FetchTo::kRelative, 1, true, false},
    DirectionWord{"forward", FetchTo::kForward, 1, true, true},
    DirectionWord{"backward", FetchTo::kBackward, 1, true, true},
};

// [ALL | count], where the word before it allows that.
Result<FetchDirection> read_count_of(CommandReader& reader, const DirectionWord& row) {
    if (row.takes_all && reader.take("all")) return by(row.to, std::nullopt);
    if (!row.takes_count || !starts_count(reader.peek())) {
        if (row.takes_count && !row.takes_all) return reader.syntax_error();
        return by(row.to, row.count);
    }
    const CommandReader before = reader;
    const std::optional<std::int64_t> count = read_count(reader);
    if (!count) return before.syntax_error();
    return by(row.to, count);
}

Result<FetchDirection> read_direction(CommandReader& reader) {
    if (starts_count(reader.peek()) || reader.peek().is("all")) {
        return read_count_of(reader, {"", FetchTo::kForward, 1, true, true});
    }
    for (const DirectionWord& row : kDirections) {
        if (!is_direction(reader, row.word)) continue;
        reader.next();
        return read_count_of(reader, row);
    }
    return FetchDirection{};
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
    return SessionCommand(DeclareCommand{.name = std::move(*name),
                                         .query = std::string(reader.from_next()),
                                         .query_offset = reader.offset(),
                                         .binary = options->binary,
                                         .scroll = options->scroll,
                                         .hold = options->hold});
}

Result<SessionCommand> read_fetch(CommandReader& reader, bool move) {
    const Result<FetchDirection> direction = read_direction(reader);
    if (!direction) return direction.error();
    if (!reader.take("from")) reader.take("in");
    Result<std::string> name = read_name(reader);
    if (!name) return name.error();
    if (!reader.at_end()) return reader.syntax_error();
    return SessionCommand(FetchCommand{.name = std::move(*name), .direction = *direction, .move = move});
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
