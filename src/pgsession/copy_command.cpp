// COPY as a statement, in both forms of its options. Source: PostgreSQL 15, src/backend/commands/copy.c and gram.y.
#include "pgsession/session_command.hpp"

#include <algorithm>

namespace smew::pgsession {
namespace {

Error unsupported(std::string message) {
    return {sqlstate::kFeatureNotSupported, std::move(message), "",
            "Other formats are loaded and unloaded through the REST API: POST …/tables/{table}/import and …/export."};
}

struct OptionValues {
    std::optional<std::string> format, delimiter, null, quote, escape, encoding;
};

std::string take_raw(const char* begin, const sql::Token& last) {
    return {begin, last.text.data() + last.text.size()};
}

Result<std::string> read_string(CommandReader& reader) {
    if (reader.peek().kind != sql::TokenKind::kString) return reader.syntax_error();
    return sql::string_value(reader.next());
}

// (a, b), behind the opening parenthesis.
Result<std::vector<std::string>> read_names(CommandReader& reader) {
    std::vector<std::string> names;
    do {
        if (!reader.peek().names_something()) return reader.syntax_error();
        names.push_back(sql::identifier_value(reader.next()));
    } while (reader.take_symbol(','));
    if (!reader.take_symbol(')')) return reader.syntax_error();
    return names;
}

Result<void> read_force_quote(CommandReader& reader, CopyFormat& format, bool parentheses) {
    if (reader.take_symbol('*')) {
        format.force_quote_all = true;
        return {};
    }
    if (parentheses) {
        if (!reader.take_symbol('(')) return reader.syntax_error();
        auto names = read_names(reader);
        if (!names) return names.error();
        format.force_quote = std::move(*names);
        return {};
    }
    do {
        if (!reader.peek().names_something()) return reader.syntax_error();
        format.force_quote.push_back(sql::identifier_value(reader.next()));
    } while (reader.take_symbol(','));
    return {};
}

// HEADER, HEADER true, HEADER match.
Result<void> read_header(CommandReader& reader, CopyFormat& format) {
    format.header = CopyHeader::kPresent;
    const sql::Token token = reader.peek();
    if (token.is_symbol(',') || token.is_symbol(')')) return {};
    const std::string value =
        sql::to_lower(token.kind == sql::TokenKind::kString ? sql::string_value(token) : std::string(token.text));
    reader.next();
    if (value == "match") format.header = CopyHeader::kMatch;
    if (value == "false" || value == "off" || value == "0") format.header = CopyHeader::kNone;
    if (value == "match" || value == "false" || value == "off" || value == "0") return {};
    if (value == "true" || value == "on" || value == "1") return {};
    return Error{sqlstate::kSyntaxError, "header requires a Boolean value or \"match\""};
}

std::optional<std::string>* slot_of(OptionValues& values, const sql::Token& name) {
    if (name.is("delimiter") || name.is("delimiters")) return &values.delimiter;
    if (name.is("null")) return &values.null;
    if (name.is("quote")) return &values.quote;
    if (name.is("escape")) return &values.escape;
    if (name.is("encoding")) return &values.encoding;
    return nullptr;
}

Result<void> read_new_options(CommandReader& reader, CopyFormat& format, OptionValues& values) {
    do {
        const sql::Token name = reader.next();
        Result<void> read;
        if (name.is("format")) {
            const sql::Token value = reader.next();
            values.format =
                value.kind == sql::TokenKind::kString ? sql::string_value(value) : sql::identifier_value(value);
        } else if (name.is("header")) {
            read = read_header(reader, format);
        } else if (name.is("force_quote")) {
            read = read_force_quote(reader, format, true);
        } else if (name.is("force_not_null") || name.is("force_null") || name.is("freeze")) {
            return unsupported("COPY option \"" + sql::to_lower(name.text) + "\" is not supported");
        } else if (std::optional<std::string>* slot = slot_of(values, name)) {
            auto value = read_string(reader);
            if (!value) return value.error();
            *slot = std::move(*value);
        } else {
            return Error{sqlstate::kSyntaxError, "option \"" + sql::to_lower(name.text) + "\" not recognized"};
        }
        if (!read) return read;
    } while (reader.take_symbol(','));
    if (!reader.take_symbol(')')) return reader.syntax_error();
    return {};
}

Result<void> read_old_options(CommandReader& reader, CopyFormat& format, OptionValues& values) {
    while (!reader.at_end()) {
        if (reader.take("binary")) {
            values.format = "binary";
        } else if (reader.take("csv")) {
            values.format = "csv";
        } else if (reader.take("header")) {
            format.header = CopyHeader::kPresent;
        } else if (reader.take("force")) {
            if (!reader.take("quote")) return unsupported("COPY option \"force\" is supported with QUOTE only");
            if (const Result<void> read = read_force_quote(reader, format, false); !read) return read;
        } else if (std::optional<std::string>* slot = slot_of(values, reader.peek())) {
            reader.next();
            reader.take("as");
            auto value = read_string(reader);
            if (!value) return value.error();
            *slot = std::move(*value);
        } else if (reader.peek().is("where")) {
            return unsupported("COPY FROM with WHERE is not supported");
        } else {
            return reader.syntax_error();
        }
    }
    return {};
}

Result<void> take_character(const std::optional<std::string>& value, char& into, std::string_view what) {
    if (!value) return {};
    if (value->size() != 1) {
        return Error{sqlstate::kFeatureNotSupported,
                     "COPY " + std::string(what) + " must be a single one-byte character"};
    }
    into = value->front();
    return {};
}

bool has_line_end(std::string_view text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

Error invalid(std::string message) {
    return {sqlstate::kInvalidParameterValue, std::move(message)};
}

Result<void> check_characters(const CopyFormat& format) {
    if (has_line_end({&format.delimiter, 1})) return invalid("COPY delimiter cannot be newline or carriage return");
    if (has_line_end(format.null)) return invalid("COPY null representation cannot use newline or carriage return");
    constexpr std::string_view kNoDelimiters = "\\.abcdefghijklmnopqrstuvwxyz0123456789";
    if (!format.csv && kNoDelimiters.find(format.delimiter) != std::string_view::npos) {
        return invalid("COPY delimiter cannot be \"" + std::string(1, format.delimiter) + "\"");
    }
    if (format.null.find(format.delimiter) != std::string::npos) {
        return invalid("COPY delimiter must not appear in the NULL specification");
    }
    if (!format.csv) return {};
    if (has_line_end({&format.quote, 1}) || has_line_end({&format.escape, 1})) {
        return invalid("COPY quote and escape cannot be newline or carriage return");
    }
    if (format.quote == format.delimiter) return invalid("COPY delimiter and quote must be different");
    if (format.null.find(format.quote) != std::string::npos) {
        return invalid("CSV quote character must not appear in the NULL specification");
    }
    return {};
}

Result<void> take_values(const OptionValues& values, CopyFormat& format) {
    const std::string name = sql::to_lower(values.format.value_or("text"));
    if (name != "text" && name != "csv") return unsupported("COPY format \"" + name + "\" is not supported");
    format.csv = name == "csv";
    if (format.csv) format.delimiter = ',';
    if (format.csv) format.null.clear();
    if (values.null) format.null = *values.null;
    if (const auto taken = take_character(values.delimiter, format.delimiter, "delimiter"); !taken) return taken;
    if (!format.csv && (values.quote || values.escape || format.force_quote_all || !format.force_quote.empty())) {
        return Error{sqlstate::kFeatureNotSupported, "COPY quote, escape and force quote available only in CSV mode"};
    }
    if (const auto taken = take_character(values.quote, format.quote, "quote"); !taken) return taken;
    format.escape = format.quote;
    if (const auto taken = take_character(values.escape, format.escape, "escape"); !taken) return taken;
    if (values.encoding && sql::to_lower(*values.encoding) != "utf8" && sql::to_lower(*values.encoding) != "utf-8") {
        return unsupported("COPY encoding \"" + *values.encoding + "\" is not supported: data is UTF8");
    }
    return check_characters(format);
}

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
    if (!reader.take_symbol('(')) return {};
    auto names = read_names(reader);
    if (!names) return names.error();
    command.columns = std::move(*names);
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
    if (reader.peek().is("binary")) return unsupported("COPY format \"binary\" is not supported");
    const bool of_query = reader.take_symbol('(');
    if (const auto read = of_query ? read_query(reader, command) : read_table(reader, command); !read) {
        return read.error();
    }
    command.from = reader.take("from");
    if (!command.from && !reader.take("to")) return reader.syntax_error();
    if (command.from && of_query) return Error{sqlstate::kSyntaxError, "COPY FROM needs a table"};
    const sql::Token place = reader.peek();
    if (place.kind == sql::TokenKind::kString || place.is("program")) return refuse_place(place);
    if (!reader.take("stdin") && !reader.take("stdout")) return reader.syntax_error();
    OptionValues values;
    reader.take("with");
    const bool new_form = reader.take_symbol('(');
    const Result<void> read =
        new_form ? read_new_options(reader, command.format, values) : read_old_options(reader, command.format, values);
    if (!read) return read.error();
    if (new_form && reader.peek().is("where")) return unsupported("COPY FROM with WHERE is not supported");
    if (!reader.at_end()) return reader.syntax_error();
    if (const Result<void> taken = take_values(values, command.format); !taken) return taken.error();
    if (command.from && (command.format.force_quote_all || !command.format.force_quote.empty())) {
        return Error{sqlstate::kFeatureNotSupported, "COPY force quote only available using COPY TO"};
    }
    if (!command.from && command.format.header == CopyHeader::kMatch) {
        return Error{sqlstate::kFeatureNotSupported, "cannot use \"match\" with HEADER in COPY TO"};
    }
    return SessionCommand(std::move(command));
}

}  // namespace smew::pgsession
