#include "pgsession/explain.hpp"

#include "pgsession/session_command.hpp"

#include <algorithm>
#include <array>

namespace smew::pgsession {
namespace {

struct Options {
    bool analyze = false, json = false;
    std::string needs_analyze;  // the option that has no meaning without it
};

constexpr std::array<std::string_view, 5> kDisplayOptions{"verbose", "costs", "settings", "buffers", "summary"};
constexpr std::array<std::string_view, 2> kAnalyzeOptions{"timing", "wal"};

bool contains(std::span<const std::string_view> words, const std::string& word) {
    return std::ranges::find(words, word) != words.end();
}

// [ON | OFF | TRUE | FALSE | 1 | 0]; nothing means on.
Result<bool> read_switch(CommandReader& reader, const std::string& option) {
    if (reader.peek().is_symbol(',') || reader.peek().is_symbol(')')) return true;
    if (reader.at_end()) return reader.syntax_error();
    const sql::Token token = reader.next();
    const std::string value =
        token.kind == sql::TokenKind::kString ? sql::string_value(token) : std::string(token.text);
    for (const std::string_view on : {"on", "true", "1"}) {
        if (sql::equal_ignoring_case(value, on)) return true;
    }
    for (const std::string_view off : {"off", "false", "0"}) {
        if (sql::equal_ignoring_case(value, off)) return false;
    }
    return Error{sqlstate::kSyntaxError, option + " requires a Boolean value"};
}

Result<bool> read_format(CommandReader& reader) {
    const sql::Token token = reader.next();
    const std::string format =
        token.kind == sql::TokenKind::kString ? sql::string_value(token) : sql::identifier_value(token);
    if (sql::equal_ignoring_case(format, "json")) return true;
    if (sql::equal_ignoring_case(format, "text")) return false;
    if (sql::equal_ignoring_case(format, "xml") || sql::equal_ignoring_case(format, "yaml")) {
        return Error{sqlstate::kFeatureNotSupported, "EXPLAIN (FORMAT " + format + ") is not supported", "",
                     "Use FORMAT TEXT or FORMAT JSON."};
    }
    return Error{sqlstate::kInvalidParameterValue,
                 "unrecognized value for EXPLAIN option \"format\": \"" + format + "\""};
}

Result<void> read_option(CommandReader& reader, Options& options) {
    const CommandReader before = reader;
    if (!reader.peek().names_something()) return reader.syntax_error();
    const std::string name = sql::identifier_value(reader.next());
    if (name == "format") {
        const Result<bool> json = read_format(reader);
        if (!json) return json.error();
        options.json = *json;
        return {};
    }
    const bool analyze = name == "analyze" || name == "analyse";
    if (!analyze && !contains(kDisplayOptions, name) && !contains(kAnalyzeOptions, name)) {
        return Error{sqlstate::kSyntaxError, "unrecognized EXPLAIN option \"" + name + "\"", "", "",
                     before.offset() + 1};
    }
    const Result<bool> on = read_switch(reader, name);
    if (!on) return on.error();
    if (analyze) options.analyze = *on;
    if (*on && contains(kAnalyzeOptions, name)) options.needs_analyze = name;
    return {};
}

Result<Options> read_options(CommandReader& reader) {
    Options options;
    if (!reader.take_symbol('(')) {
        options.analyze = reader.take("analyze") || reader.take("analyse");
        reader.take("verbose");
        return options;
    }
    do {
        if (const Result<void> read = read_option(reader, options); !read) return read.error();
    } while (reader.take_symbol(','));
    if (!reader.take_symbol(')')) return reader.syntax_error();
    if (!options.needs_analyze.empty() && !options.analyze) {
        std::string name = options.needs_analyze;
        std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
        return Error{sqlstate::kInvalidParameterValue, "EXPLAIN option " + name + " requires ANALYZE"};
    }
    return options;
}

// "(" may also begin the statement itself: EXPLAIN (SELECT 1).
bool begins_statement(CommandReader reader) {
    while (reader.take_symbol('(')) {
    }
    const sql::Token first = reader.peek();
    return first.is("select") || first.is("values") || first.is("with") || first.is("from") || first.is("table");
}

}  // namespace

Result<std::optional<Explain>> read_explain(std::string_view sql) {
    sql::Lexer lexer(sql);
    if (!lexer.next().is("explain")) return std::optional<Explain>();
    CommandReader reader(sql, lexer);
    Options options;
    if (!(reader.peek().is_symbol('(') && begins_statement(reader))) {
        const Result<Options> read = read_options(reader);
        if (!read) return read.error();
        options = *read;
    }
    if (reader.at_end()) return reader.syntax_error();
    // The shortest way to write the same, so that blanks can fill up to what the client wrote.
    std::string prefix = "EXPLAIN";
    if (options.analyze && options.json) prefix = "EXPLAIN(ANALYZE,FORMAT JSON)";
    if (options.analyze && !options.json) prefix = "EXPLAIN ANALYZE";
    if (!options.analyze && options.json) prefix = "EXPLAIN(FORMAT JSON)";
    prefix.resize(std::max(prefix.size(), static_cast<std::size_t>(reader.offset())), ' ');
    return std::optional<Explain>(Explain{prefix + std::string(reader.from_next()), options.json});
}

}  // namespace smew::pgsession
