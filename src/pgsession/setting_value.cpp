#include "pgsession/setting_table.hpp"
#include "sql/lexer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace smew::pgsession {
namespace {

Error invalid_value(const SettingDefinition& definition, std::string_view value, std::string hint = "") {
    return {sqlstate::kInvalidParameterValue,
            "invalid value for parameter \"" + std::string(definition.name) + "\": \"" + std::string(value) + "\"", "",
            std::move(hint)};
}

Error out_of_range(const SettingDefinition& definition, std::string_view value, std::int64_t minimum,
                   std::int64_t maximum) {
    return {sqlstate::kInvalidParameterValue, std::string(value) + " is outside the valid range for parameter \"" +
                                                  std::string(definition.name) + "\" (" + std::to_string(minimum) +
                                                  " .. " + std::to_string(maximum) + ")"};
}

// PostgreSQL takes every unambiguous beginning of these words.
Result<std::string> normalise_bool(const SettingDefinition& definition, std::string_view value) {
    const std::string text = sql::to_lower(value);
    const auto begins = [&](std::string_view word, std::size_t least) {
        return text.size() >= least && word.starts_with(text);
    };
    if (begins("true", 1) || begins("yes", 1) || text == "on" || text == "1") return std::string("on");
    if (begins("false", 1) || begins("no", 1) || begins("off", 2) || text == "0") return std::string("off");
    return Error{sqlstate::kInvalidParameterValue,
                 "parameter \"" + std::string(definition.name) + "\" requires a Boolean value"};
}

std::vector<std::string_view> split_choices(std::string_view choices) {
    std::vector<std::string_view> words;
    while (!choices.empty()) {
        const std::string_view word = choices.substr(0, choices.find(','));
        words.push_back(word);
        choices.remove_prefix(std::min(word.size() + 1, choices.size()));
    }
    return words;
}

Result<std::string> normalise_enum(const SettingDefinition& definition, std::string_view value) {
    std::string hint = "Available values: ";
    for (const std::string_view word : split_choices(definition.choices)) {
        if (sql::equal_ignoring_case(word, value)) return std::string(word);
        hint += std::string(hint.ends_with(": ") ? "" : ", ") + std::string(word);
    }
    // Settings of two words also take the other spellings of on and off.
    const Result<std::string> boolean = normalise_bool(definition, value);
    const std::vector<std::string_view> words = split_choices(definition.choices);
    if (boolean && std::ranges::find(words, *boolean) != words.end()) return *boolean;
    return invalid_value(definition, value, hint + ".");
}

Result<std::string> normalise_integer(const SettingDefinition& definition, std::string_view value) {
    std::int64_t number = 0;
    if (value.starts_with('+')) value.remove_prefix(1);
    const auto [end, failed] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (failed != std::errc{} || end != value.data() + value.size()) return invalid_value(definition, value);
    if (number < definition.minimum || number > definition.maximum) {
        return out_of_range(definition, value, definition.minimum, definition.maximum);
    }
    return std::to_string(number);
}

Result<std::string> normalise_encoding(const SettingDefinition& definition, std::string_view value) {
    // As PostgreSQL compares names of encodings: by letters and digits only (asyncpg sends 'utf-8' with its quotes).
    std::string letters;
    std::ranges::copy_if(value, std::back_inserter(letters), [](unsigned char c) { return std::isalnum(c) != 0; });
    constexpr std::array<std::string_view, 3> kAliases{"utf8", "unicode", "sqlascii"};
    const bool known =
        std::ranges::any_of(kAliases, [&](std::string_view alias) { return sql::equal_ignoring_case(alias, letters); });
    if (known) return std::string("UTF8");
    return invalid_value(definition, value, "smew speaks UTF8 only: set the client's encoding to UTF8.");
}

Result<std::string> normalise_date_style(const SettingDefinition& definition, std::string_view value) {
    std::string order = "MDY";
    for (const std::string_view part : split_choices(value)) {
        const std::size_t start = std::min(part.find_first_not_of(' '), part.size());
        const std::string word = sql::to_lower(part.substr(start, part.find_last_not_of(' ') + 1 - start));
        if (word == "mdy" || word == "us" || word == "noneuro" || word == "noneuropean") {
            order = "MDY";
        } else if (word == "dmy" || word == "euro" || word == "european") {
            order = "DMY";
        } else if (word == "ymd") {
            order = "YMD";
        } else if (word != "iso" && word != "default") {
            return invalid_value(definition, value, "smew prints dates in ISO style only.");
        }
    }
    return "ISO, " + order;
}

std::string join_names(const std::vector<std::string>& names) {
    std::string list;
    for (const std::string& name : names) list += (list.empty() ? "" : ", ") + quote_identifier(name);
    return list;
}

std::string join(const std::vector<std::string>& values) {
    std::string text;
    for (const std::string& value : values) text += (text.empty() ? "" : ", ") + value;
    return text;
}

struct TimeUnit {
    std::string_view name;
    double milliseconds;
};
constexpr std::array<TimeUnit, 6> kTimeUnits{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"min", 60'000}, {"s", 1'000}, {"ms", 1}, {"us", 0.001}}};

}  // namespace

std::string quote_identifier(std::string_view name) {
    const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
    const bool digit_first = !name.empty() && name.front() >= '0' && name.front() <= '9';
    if (!name.empty() && !digit_first && std::ranges::all_of(name, plain)) return std::string(name);
    std::string quoted = "\"";
    for (const char c : name) quoted += c == '"' ? "\"\"" : std::string(1, c);
    return quoted + "\"";
}

std::vector<std::string> split_name_list(std::string_view list) {
    std::vector<std::string> names;
    sql::Lexer lexer(list);
    for (sql::Token token = lexer.next(); token.kind != sql::TokenKind::kEnd; token = lexer.next()) {
        if (token.names_something()) names.push_back(sql::identifier_value(token));
        if (token.kind == sql::TokenKind::kString) names.push_back(sql::string_value(token));
    }
    return names;
}

std::string milliseconds_text(std::int64_t milliseconds) {
    if (milliseconds == 0) return "0";
    for (const TimeUnit& unit : kTimeUnits) {
        const auto factor = static_cast<std::int64_t>(unit.milliseconds);
        if (factor > 0 && milliseconds % factor == 0)
            return std::to_string(milliseconds / factor) + std::string(unit.name);
    }
    return std::to_string(milliseconds);
}

Result<std::int64_t> parse_milliseconds(const SettingDefinition& definition, std::string_view text) {
    constexpr double kMaximum = std::numeric_limits<std::int32_t>::max();
    double number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc{}) return invalid_value(definition, text);
    std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    while (unit.starts_with(' ')) unit.remove_prefix(1);
    while (unit.ends_with(' ')) unit.remove_suffix(1);
    double factor = unit.empty() ? 1 : 0;
    for (const TimeUnit& known : kTimeUnits) {
        if (known.name == unit) factor = known.milliseconds;
    }
    if (factor == 0) {
        return invalid_value(definition, text,
                             "Valid units for this parameter are \"us\", \"ms\", \"s\", \"min\", \"h\", and \"d\".");
    }
    const double milliseconds = number * factor;
    if (!(milliseconds >= 0 && milliseconds <= kMaximum)) {
        return out_of_range(definition, std::string(text), 0, std::numeric_limits<std::int32_t>::max());
    }
    return static_cast<std::int64_t>(milliseconds + 0.5);
}

Result<std::string> normalise_setting(const SettingDefinition& definition, const std::vector<std::string>& values) {
    const bool list = definition.kind == SettingKind::kList || definition.kind == SettingKind::kDateStyle;
    if (values.size() > 1 && !list) {
        return Error{sqlstate::kInvalidParameterValue,
                     "SET " + std::string(definition.name) + " takes only one argument"};
    }
    const std::string value = join(values);
    switch (definition.kind) {
        case SettingKind::kBool:
            return normalise_bool(definition, value);
        case SettingKind::kInteger:
            return normalise_integer(definition, value);
        case SettingKind::kEnum:
            return normalise_enum(definition, value);
        case SettingKind::kList:
            return join_names(values);
        case SettingKind::kClientEncoding:
            return normalise_encoding(definition, value);
        case SettingKind::kDateStyle:
            return normalise_date_style(definition, value);
        case SettingKind::kMilliseconds: {
            const Result<std::int64_t> milliseconds = parse_milliseconds(definition, value);
            if (!milliseconds) return milliseconds.error();
            return milliseconds_text(*milliseconds);
        }
        case SettingKind::kString:
        case SettingKind::kTimeZone:
            break;
    }
    return value;
}

}  // namespace smew::pgsession
