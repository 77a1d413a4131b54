// Source: PostgreSQL 15, src/backend/commands/copy.c, ProcessCopyOptions; for DEFAULT, ON_ERROR, LOG_VERBOSITY and
// REJECT_LIMIT the later versions that have them.
#include "pgsession/copy_options.hpp"

#include "sql/lexer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

namespace smew::pgsession {
namespace {

Error invalid(std::string message) {
    return {sqlstate::kInvalidParameterValue, std::move(message)};
}
Error unsupported(std::string message) {
    return {sqlstate::kFeatureNotSupported, std::move(message)};
}
Error syntax(std::string message) {
    return {sqlstate::kSyntaxError, std::move(message)};
}

Error not_recognized(const CopyOption& option) {
    Error error = syntax("option \"" + option.name + "\" not recognized");
    error.position = option.position;
    return error;
}

Result<std::string> text_of(const CopyOption& option) {
    if (option.value) return *option.value;
    return syntax(option.name + " requires a parameter");
}

std::optional<bool> boolean_of(const CopyOption& option) {
    if (!option.value) return true;
    const std::string word = sql::to_lower(*option.value);
    if (word == "true" || word == "on" || word == "1") return true;
    if (word == "false" || word == "off" || word == "0") return false;
    return std::nullopt;
}

// What was said of the options that depend on others.
struct Said {
    std::optional<std::string> format, delimiter, null, default_marker, quote, escape, on_error;
    std::vector<CopyOption> of_file;
};

Result<void> take_header(const CopyOption& option, CopyFormat& format) {
    if (option.value && sql::to_lower(*option.value) == "match") {
        format.header = CopyHeader::kMatch;
        return {};
    }
    const auto wanted = boolean_of(option);
    if (!wanted) return syntax("header requires a Boolean value or \"match\"");
    format.header = *wanted ? CopyHeader::kPresent : CopyHeader::kNone;
    return {};
}

Result<void> take_columns(const CopyOption& option, ColumnChoice& into) {
    if (!option.columns) return invalid("argument to option \"" + option.name + "\" must be a list of column names");
    into = *option.columns;
    return {};
}

Result<void> take_encoding(const CopyOption& option) {
    const std::string name = sql::to_lower(option.value.value_or(""));
    if (name == "utf8" || name == "utf-8" || name == "unicode") return {};
    Error error = unsupported("COPY encoding \"" + option.value.value_or("") + "\" is not supported");
    error.hint = "The data of COPY is UTF8.";
    return error;
}

Result<void> take_log(const CopyOption& option, CopyFormat& format) {
    const std::string word = sql::to_lower(option.value.value_or(""));
    if (word == "default") format.log = CopyLog::kDefault;
    if (word == "verbose") format.log = CopyLog::kVerbose;
    if (word == "silent") format.log = CopyLog::kSilent;
    if (word == "default" || word == "verbose" || word == "silent") return {};
    return invalid("COPY LOG_VERBOSITY \"" + option.value.value_or("") + "\" not recognized");
}

Result<void> take_reject_limit(const CopyOption& option, CopyFormat& format) {
    const std::string text = option.value.value_or("");
    std::int64_t limit = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size())
        return syntax("reject_limit requires a numeric value");
    if (limit <= 0) return invalid("REJECT_LIMIT (" + text + ") must be greater than zero");
    format.reject_limit = static_cast<std::uint64_t>(limit);
    return {};
}

std::optional<std::string>* text_slot(Said& said, std::string_view name) {
    if (name == "format") return &said.format;
    if (name == "delimiter") return &said.delimiter;
    if (name == "null") return &said.null;
    if (name == "default") return &said.default_marker;
    if (name == "quote") return &said.quote;
    if (name == "escape") return &said.escape;
    if (name == "on_error") return &said.on_error;
    return nullptr;
}

Result<void> take_option(const CopyOption& option, CopyFormat& format, Said& said) {
    if (auto* slot = text_slot(said, option.name)) {
        auto text = text_of(option);
        if (!text) return text.error();
        *slot = *std::move(text);
        return {};
    }
    if (option.name == "header") return take_header(option, format);
    if (option.name == "force_quote") return take_columns(option, format.force_quote);
    if (option.name == "force_not_null") return take_columns(option, format.force_not_null);
    if (option.name == "force_null") return take_columns(option, format.force_null);
    if (option.name == "encoding") return take_encoding(option);
    if (option.name == "log_verbosity") return take_log(option, format);
    if (option.name == "reject_limit") return take_reject_limit(option, format);
    if (option.name == "freeze") {
        // It spares PostgreSQL work that is not done here.
        if (boolean_of(option)) return {};
        return syntax("freeze requires a Boolean value");
    }
    said.of_file.push_back(option);
    return {};
}

// ---------------------------------------------------------------- formats

// Files that DuckDB writes, and which of its options a client may set.
struct FileKind {
    std::string_view name;
    std::array<std::string_view, 3> options;
};
constexpr std::array kFileKinds = {
    FileKind{"parquet", {"compression", "compression_level", "row_group_size"}},
    FileKind{"json", {"array"}},
};

Result<void> take_file_format(const FileKind& kind, const Said& said, bool from, CopyFormat& format) {
    if (from) {
        Error error = unsupported("COPY FROM with format \"" + std::string(kind.name) + "\" is not supported");
        error.hint = "Load the file through the REST API: POST …/tables/{table}/import.";
        return error;
    }
    format.file = engine::FileFormat{std::string(kind.name), {}};
    for (const CopyOption& option : said.of_file) {
        if (std::ranges::find(kind.options, option.name) == kind.options.end()) return not_recognized(option);
        format.file->options.push_back({option.name, option.value.value_or("true")});
    }
    return {};
}

Error no_format(const std::string& name) {
    if (!sql::equal_ignoring_case(name, "arrow")) return invalid("COPY format \"" + name + "\" not recognized");
    Error error = unsupported("COPY format \"arrow\" is not supported");
    error.hint = "Use FORMAT parquet, which keeps the types, or binary, of which ADBC makes Arrow.";
    return error;
}

Result<void> take_format(const Said& said, bool from, CopyFormat& format) {
    const std::string name = sql::to_lower(said.format.value_or("text"));
    format.csv = name == "csv";
    format.binary = name == "binary";
    const auto file = std::ranges::find(kFileKinds, name, &FileKind::name);
    if (file != kFileKinds.end()) return take_file_format(*file, said, from, format);
    if (!format.csv && !format.binary && name != "text") return no_format(*said.format);
    if (!said.of_file.empty()) return not_recognized(said.of_file.front());
    return {};
}

// Binary tuples and files have none of what makes text.
Result<void> check_not_text(const CopyFormat& format, const Said& said) {
    const std::string mode = format.binary ? "BINARY mode" : sql::to_lower(*said.format) + " format";
    if (said.delimiter) return syntax("cannot specify DELIMITER in " + mode);
    if (said.null) return syntax("cannot specify NULL in " + mode);
    if (said.default_marker) return syntax("cannot specify DEFAULT in " + mode);
    if (format.header != CopyHeader::kNone) return unsupported("cannot specify HEADER in " + mode);
    if (format.skip_errors) return syntax("only ON_ERROR STOP is allowed in " + mode);
    return {};
}

// ---------------------------------------------------------------- characters

Result<void> take_character(const std::optional<std::string>& value, char& into, std::string_view what) {
    if (!value) return {};
    if (value->size() != 1) return unsupported("COPY " + std::string(what) + " must be a single one-byte character");
    into = value->front();
    return {};
}

bool has_line_end(std::string_view text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

Result<void> check_delimiter(const CopyFormat& format) {
    if (has_line_end({&format.delimiter, 1})) return invalid("COPY delimiter cannot be newline or carriage return");
    constexpr std::string_view kNoDelimiters = "\\.abcdefghijklmnopqrstuvwxyz0123456789";
    if (!format.csv && kNoDelimiters.find(format.delimiter) != std::string_view::npos)
        return invalid("COPY delimiter cannot be \"" + std::string(1, format.delimiter) + "\"");
    return {};
}

// `marker` stands for something in the data: NULL or DEFAULT.
Result<void> check_marker(const CopyFormat& format, const std::string& marker, const std::string& what) {
    if (marker.find(format.delimiter) != std::string::npos)
        return unsupported("COPY delimiter must not appear in the " + what + " specification");
    if (format.csv && marker.find(format.quote) != std::string::npos)
        return unsupported("CSV quote character must not appear in the " + what + " specification");
    return {};
}

Result<void> take_csv(const Said& said, CopyFormat& format) {
    if (!format.csv && said.quote) return unsupported("COPY quote available only in CSV mode");
    if (!format.csv && said.escape) return unsupported("COPY escape available only in CSV mode");
    if (!format.csv) return {};
    if (const auto taken = take_character(said.quote, format.quote, "quote"); !taken) return taken;
    if (format.delimiter == format.quote) return invalid("COPY delimiter and quote must be different");
    format.escape = format.quote;
    if (const auto taken = take_character(said.escape, format.escape, "escape"); !taken) return taken;
    if (has_line_end({&format.quote, 1}) || has_line_end({&format.escape, 1}))
        return invalid("COPY quote and escape cannot be newline or carriage return");
    return {};
}

Result<void> take_markers(const Said& said, CopyFormat& format) {
    if (format.csv) format.null.clear();
    if (said.null) format.null = *said.null;
    format.default_marker = said.default_marker;
    if (has_line_end(format.null)) return invalid("COPY null representation cannot use newline or carriage return");
    if (format.default_marker && has_line_end(*format.default_marker))
        return invalid("COPY default representation cannot use newline or carriage return");
    return {};
}

Result<void> check_markers(const CopyFormat& format, bool from) {
    if (const auto checked = check_marker(format, format.null, "NULL"); !checked) return checked;
    if (!format.default_marker) return {};
    if (!from) return unsupported("COPY DEFAULT only available using COPY FROM");
    if (const auto checked = check_marker(format, *format.default_marker, "DEFAULT"); !checked) return checked;
    if (*format.default_marker == format.null)
        return invalid("NULL specification and DEFAULT specification cannot be the same");
    return {};
}

// ---------------------------------------------------------------- together

Result<void> check_force(const ColumnChoice& choice, const CopyFormat& format, bool wrong_way, const std::string& name,
                         const std::string& way) {
    if (!choice.any()) return {};
    if (!format.csv) return unsupported("COPY " + name + " available only in CSV mode");
    if (wrong_way) return unsupported("COPY " + name + " only available using COPY " + way);
    return {};
}

Result<void> check_forces(const CopyFormat& format, bool from) {
    if (auto checked = check_force(format.force_quote, format, from, "force quote", "TO"); !checked) return checked;
    if (auto checked = check_force(format.force_not_null, format, !from, "force not null", "FROM"); !checked)
        return checked;
    return check_force(format.force_null, format, !from, "force null", "FROM");
}

Result<void> take_on_error(const Said& said, bool from, CopyFormat& format) {
    const std::string word = sql::to_lower(said.on_error.value_or("stop"));
    if (said.on_error && !from) return invalid("COPY ON_ERROR cannot be used with COPY TO");
    if (word != "stop" && word != "ignore") return invalid("COPY ON_ERROR \"" + *said.on_error + "\" not recognized");
    format.skip_errors = word == "ignore";
    if (format.reject_limit && !format.skip_errors)
        return invalid("COPY REJECT_LIMIT requires ON_ERROR to be set to IGNORE");
    return {};
}

Result<void> take_text(const Said& said, bool from, CopyFormat& format) {
    if (format.csv) format.delimiter = ',';
    if (const auto taken = take_character(said.delimiter, format.delimiter, "delimiter"); !taken) return taken;
    if (const auto taken = take_markers(said, format); !taken) return taken;
    if (const auto checked = check_delimiter(format); !checked) return checked;
    if (const auto taken = take_csv(said, format); !taken) return taken;
    if (!from && format.header == CopyHeader::kMatch) return unsupported("cannot use \"match\" with HEADER in COPY TO");
    if (const auto checked = check_forces(format, from); !checked) return checked;
    return check_markers(format, from);
}

}  // namespace

Result<CopyFormat> copy_format_of(const std::vector<CopyOption>& options, bool from) {
    CopyFormat format;
    Said said;
    std::set<std::string_view> seen;
    for (const CopyOption& option : options) {
        if (!seen.insert(option.name).second) {
            Error error = syntax("conflicting or redundant options");
            error.position = option.position;
            return error;
        }
        if (const auto taken = take_option(option, format, said); !taken) return taken.error();
    }
    if (const auto taken = take_format(said, from, format); !taken) return taken.error();
    if (const auto taken = take_on_error(said, from, format); !taken) return taken.error();
    const bool text = !format.binary && !format.file;
    if (const auto taken = text ? take_text(said, from, format) : check_not_text(format, said); !taken)
        return taken.error();
    if (!text && (said.quote || said.escape)) return unsupported("COPY quote available only in CSV mode");
    if (const auto checked = check_forces(format, from); !checked) return checked.error();
    return format;
}

}  // namespace smew::pgsession
