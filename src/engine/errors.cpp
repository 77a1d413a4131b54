#include "engine/errors.hpp"

#include "core/characters.hpp"
#include "engine/error_wording.hpp"

#include <duckdb/common/exception.hpp>
#include <duckdb/common/exception/binder_exception.hpp>

#include <algorithm>
#include <charconv>
#include <new>

namespace smew::engine {
namespace {

// Keys under which an Error of ours travels in the extra information of a DuckDB exception.
constexpr const char* kOwnCode = "smew_code";
constexpr const char* kOwnMessage = "smew_message";
constexpr const char* kOwnDetail = "smew_detail";
constexpr const char* kOwnHint = "smew_hint";

using ExtraInfo = std::unordered_map<std::string, std::string>;

std::string value_of(const ExtraInfo& info, const char* key) {
    const auto found = info.find(key);
    return found == info.end() ? std::string() : found->second;
}

// 1-based character index of a byte offset; DuckDB counts bytes, PostgreSQL characters.
int character_position(std::string_view sql, std::size_t byte) {
    if (sql.empty() || byte > sql.size()) return 0;
    return count_characters(sql.substr(0, byte)) + 1;
}

int position_of(const ExtraInfo& info, std::string_view sql) {
    const std::string text = value_of(info, "position");
    std::size_t byte = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), byte);
    if (error != std::errc{} || end != text.data() + text.size()) return 0;
    // The scanner has counted characters; everything behind it counts bytes.
    if (value_of(info, "error_subtype") == "SYNTAX_ERROR") return static_cast<int>(byte) + 1;
    return character_position(sql, byte);
}

std::string_view until(std::string_view text, std::string_view mark) {
    return text.substr(0, text.find(mark));
}

// DuckDB appends the offending line and, to internal errors, a stack trace.
std::string_view without_appendices(std::string_view message) {
    message = until(until(message, "\n\nLINE "), "\n\nStack Trace");
    return until(message, "\nThis error signals an assertion failure");
}

bool may_name_files(duckdb::ExceptionType type) {
    using Type = duckdb::ExceptionType;
    return type == Type::IO || type == Type::FATAL || type == Type::INTERNAL || type == Type::PERMISSION ||
           type == Type::OUT_OF_MEMORY || type == Type::INVALID_CONFIGURATION || type == Type::SERIALIZATION ||
           type == Type::HTTP || type == Type::NETWORK || type == Type::UNKNOWN_TYPE || type == Type::TRANSACTION;
}

bool is_word(char c) {
    return c == '_' || c == '.' || std::isalnum(static_cast<unsigned char>(c)) != 0 || (c & 0x80) != 0;
}

// Removes `"`, `.main`, `.data` as they follow an alias in DuckDB's texts.
std::size_t skip_alias_tail(std::string_view text, std::size_t at) {
    for (const std::string_view part : {"\"", ".main", ".data"}) {
        if (text.substr(at, part.size()) == part) at += part.size();
    }
    return at;
}

}  // namespace

std::string without_aliases(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        std::size_t digits = i + 1;
        while (text[i] == '@' && digits < text.size() && std::isdigit(static_cast<unsigned char>(text[digits])) != 0)
            ++digits;
        std::size_t word = out.size();
        while (word > 0 && is_word(out[word - 1])) --word;
        const bool alias = text[i] == '@' && digits > i + 1 && out.find('.', word) != std::string::npos;
        if (!alias) {
            out += text[i++];
            continue;
        }
        if (text.substr(digits, 1) == "\"" && word > 0 && out[word - 1] == '"') out.erase(word - 1, 1);
        i = skip_alias_tail(text, digits);
    }
    return out;
}

std::string without_paths(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        const bool starts =
            text[i] == '/' && (i == 0 || !is_word(text[i - 1])) && i + 1 < text.size() && is_word(text[i + 1]);
        std::size_t end = i + 1;
        while (starts && end < text.size() &&
               (is_word(text[end]) || std::string_view("/-@+~").find(text[end]) != std::string_view::npos))
            ++end;
        const bool path = starts && text.substr(i + 1, end - i - 1).find('/') != std::string_view::npos;
        out += path ? std::string_view("(a file of the server)") : text.substr(i, 1);
        i = path ? end : i + 1;
    }
    return out;
}

Error to_error(const duckdb::ErrorData& error, std::string_view sql) {
    if (!error.HasError()) return {sqlstate::kInternalError, "the engine failed without saying why"};
    const ExtraInfo& info = error.ExtraInfo();
    if (info.count(kOwnCode) != 0) {
        return {Sqlstate::from_text(value_of(info, kOwnCode)), value_of(info, kOwnMessage), value_of(info, kOwnDetail),
                value_of(info, kOwnHint), position_of(info, sql)};
    }
    Error result = worded(error, without_appendices(error.RawMessage()));
    for (std::string* text : {&result.message, &result.detail, &result.hint}) {
        *text = without_aliases(*text);
        if (may_name_files(error.Type())) *text = without_paths(*text);
    }
    result.position = position_of(info, sql);
    return result;
}

Error to_error(const std::exception& exception, std::string_view sql) {
    if (dynamic_cast<const std::bad_alloc*>(&exception) != nullptr) {
        return to_error(duckdb::ErrorData(duckdb::ExceptionType::OUT_OF_MEMORY, "out of memory"), sql);
    }
    return to_error(duckdb::ErrorData(exception), sql);
}

void throw_through_duckdb(const Error& error) {
    const ExtraInfo info{{kOwnCode, std::string(error.code.text())},
                         {kOwnMessage, error.message},
                         {kOwnDetail, error.detail},
                         {kOwnHint, error.hint}};
    throw duckdb::BinderException(info, error.message);
}

}  // namespace smew::engine
