// COPY as a statement, in both forms of its options. Source: PostgreSQL 15, gram.y, CopyStmt.
#include "pgsession/copy_options.hpp"
#include "pgsession/session_command.hpp"

#include <algorithm>

namespace smew::pgsession {
namespace {

using Options = std::vector<CopyOption>;

std::string take_raw(const char* begin, const sql::Token& last) {
    return {begin, last.text.data() + last.text.size()};
}

Result<std::string> read_string(CommandReader& reader) {
    if (reader.peek().kind != sql::TokenKind::kString) return reader.syntax_error();
    return sql::string_value(reader.next());
}

// a, b
Result<std::vector<std::string>> read_name_list(CommandReader& reader) {
    std::vector<std::string> names;
    do {
        if (!reader.peek().names_something()) return reader.syntax_error();
        names.push_back(sql::identifier_value(reader.next()));
    } while (reader.take_symbol(','));
    return names;
}

// (a, b), behind the opening parenthesis.
Result<std::vector<std::string>> read_names(CommandReader& reader) {
    auto names = read_name_list(reader);
    if (names && !reader.take_symbol(')')) return reader.syntax_error();
    return names;
}

// ---------------------------------------------------------------- (FORMAT csv, HEADER, …)

// true, 'x', 5, -5
std::string read_word(CommandReader& reader) {
    const bool negative = reader.take_symbol('-');
    const sql::Token token = reader.next();
    if (token.kind == sql::TokenKind::kString) return sql::string_value(token);
    return (negative ? "-" : "") + (token.names_something() ? sql::identifier_value(token) : std::string(token.text));
}

Result<CopyOption> read_new_option(CommandReader& reader) {
    if (!reader.peek().names_something()) return reader.syntax_error();
    CopyOption option{.position = reader.offset() + 1};
    option.name = sql::identifier_value(reader.next());
    const sql::Token token = reader.peek();
    if (token.is_symbol(',') || token.is_symbol(')')) return option;
    if (reader.take_symbol('*')) {
        option.columns = ColumnChoice{.all = true};
    } else if (reader.take_symbol('(')) {
        auto names = read_names(reader);
        if (!names) return names.error();
        option.columns = ColumnChoice{.names = std::move(*names)};
    } else if (reader.at_end()) {
        return reader.syntax_error();
    } else {
        option.value = read_word(reader);
    }
    return option;
}

Result<Options> read_new_options(CommandReader& reader) {
    Options options;
    do {
        auto option = read_new_option(reader);
        if (!option) return option.error();
        options.push_back(*std::move(option));
    } while (reader.take_symbol(','));
    if (!reader.take_symbol(')')) return reader.syntax_error();
    return options;
}

// ---------------------------------------------------------------- CSV HEADER DELIMITER AS ';' …

Result<void> read_force(CommandReader& reader, CopyOption& option) {
    const bool quote = reader.take("quote");
    const bool negated = !quote && reader.take("not");
    if (!quote && !reader.take("null")) return reader.syntax_error();
    option.name = quote ? "force_quote" : negated ? "force_not_null" : "force_null";
    if (quote && reader.take_symbol('*')) {
        option.columns = ColumnChoice{.all = true};
        return {};
    }
    auto names = read_name_list(reader);
    if (!names) return names.error();
    option.columns = ColumnChoice{.names = std::move(*names)};
    return {};
}

Result<CopyOption> read_old_option(CommandReader& reader) {
    CopyOption option{.position = reader.offset() + 1};
    const sql::Token name = reader.next();
    if (name.is("binary") || name.is("csv")) {
        option.name = "format";
        option.value = sql::to_lower(name.text);
    } else if (name.is("header") || name.is("freeze")) {
        option.name = sql::to_lower(name.text);
    } else if (name.is("force")) {
        if (const Result<void> read = read_force(reader, option); !read) return read.error();
    } else {
        option.name = name.is("delimiters") ? "delimiter" : sql::to_lower(name.text);
        if (option.name != "encoding") reader.take("as");
        auto value = read_string(reader);
        if (!value) return value.error();
        option.value = std::move(*value);
    }
    return option;
}

bool begins_old_option(const sql::Token& token) {
    return std::ranges::any_of(
        std::initializer_list<std::string_view>{"binary", "csv", "header", "freeze", "force", "delimiter", "delimiters",
                                                "null", "quote", "escape", "encoding"},
        [&](std::string_view word) { return token.is(word); });
}

Result<Options> read_old_options(CommandReader& reader) {
    Options options;
    while (begins_old_option(reader.peek())) {
        auto option = read_old_option(reader);
        if (!option) return option.error();
        options.push_back(*std::move(option));
    }
    return options;
}

Result<Options> read_options(CommandReader& reader, bool binary) {
    Options first;
    if (binary) first.push_back({.name = "format", .value = "binary"});
    if (reader.take("using")) {
        if (!reader.peek().is("delimiters")) return reader.syntax_error();
        auto delimiter = read_old_option(reader);
        if (!delimiter) return delimiter.error();
        first.push_back(*std::move(delimiter));
    }
    reader.take("with");
    auto rest = reader.take_symbol('(') ? read_new_options(reader) : read_old_options(reader);
    if (!rest) return rest.error();
    first.insert(first.end(), rest->begin(), rest->end());
    return first;
}

// ---------------------------------------------------------------- what is copied

// (query), behind the opening parenthesis.
Result<void> read_query(CommandReader& reader, CopyCommand& command) {
    command.query_offset = reader.offset();
    const char* const begin = reader.peek().text.data();
    sql::Token last;
    for (int depth = 1;;) {
        const sql::Token token = reader.next();
        if (token.kind == sql::TokenKind::kEnd || token.kind == sql::TokenKind::kUnterminated)
            return reader.syntax_error();
        depth += token.is_symbol('(') ? 1 : token.is_symbol(')') ? -1 : 0;
        if (depth == 0) break;
        last = token;
    }
    if (last.text.empty()) return reader.syntax_error();
    command.query = take_raw(begin, last);
    return {};
}

Result<void> read_table(CommandReader& reader, CopyCommand& command) {
    const char* const begin = reader.peek().text.data();
    sql::Token last;
    do {
        last = reader.next();
        if (!last.names_something()) return reader.syntax_error();
    } while (reader.take_symbol('.'));
    command.table = take_raw(begin, last);
    command.relation = sql::identifier_value(last);
    if (!reader.take_symbol('(')) return {};
    auto names = read_names(reader);
    if (!names) return names.error();
    command.columns = std::move(*names);
    return {};
}

Result<void> read_where(CommandReader& reader, CopyCommand& command) {
    if (!reader.take("where")) return {};
    if (!command.from) return Error{sqlstate::kSyntaxError, "WHERE clause not allowed with COPY TO"};
    if (reader.at_end()) return reader.syntax_error();
    command.where = reader.from_next();
    while (!reader.at_end()) {
        if (reader.next().kind == sql::TokenKind::kUnterminated) return reader.syntax_error();
    }
    return {};
}

Error refuse_place(const sql::Token& place) {
    const bool program = place.is("program");
    return {
        sqlstate::kInsufficientPrivilege,
        program ? "COPY to or from an external program is not permitted" : "COPY to or from a file is not permitted",
        "", "Use COPY TO STDOUT or COPY FROM STDIN, or psql's \\copy."};
}

}  // namespace

Result<SessionCommand> read_copy(CommandReader& reader) {
    CopyCommand command;
    const bool binary = reader.take("binary");
    const bool of_query = !binary && reader.take_symbol('(');
    if (const auto read = of_query ? read_query(reader, command) : read_table(reader, command); !read) {
        return read.error();
    }
    command.from = reader.take("from");
    if (!command.from && !reader.take("to")) return reader.syntax_error();
    if (command.from && of_query) return Error{sqlstate::kSyntaxError, "COPY FROM needs a table"};
    const sql::Token place = reader.peek();
    if (place.kind == sql::TokenKind::kString || place.is("program")) return refuse_place(place);
    if (!reader.take("stdin") && !reader.take("stdout")) return reader.syntax_error();
    const auto options = read_options(reader, binary);
    if (!options) return options.error();
    if (const Result<void> read = read_where(reader, command); !read) return read.error();
    if (!reader.at_end()) return reader.syntax_error();
    auto format = copy_format_of(*options, command.from);
    if (!format) return format.error();
    command.format = *std::move(format);
    return SessionCommand(std::move(command));
}

}  // namespace smew::pgsession
