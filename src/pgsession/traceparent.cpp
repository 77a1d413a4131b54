#include "pgsession/traceparent.hpp"

#include <algorithm>

namespace smew::pgsession {
namespace {

constexpr std::string_view kPattern = "00-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx-xxxxxxxxxxxxxxxx-xx";
constexpr std::size_t kTraceAt = 3, kTraceDigits = 32, kSpanAt = 36, kSpanDigits = 16;

bool is_hex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

// All zeros mean "no trace".
bool is_zero(std::string_view digits) {
    return digits.find_first_not_of('0') == std::string_view::npos;
}

bool is_traceparent(std::string_view text) {
    const auto fits = [](char c, char wanted) { return wanted == 'x' ? is_hex(c) : c == wanted; };
    return std::ranges::equal(text, kPattern, fits) && !is_zero(text.substr(kTraceAt, kTraceDigits)) &&
           !is_zero(text.substr(kSpanAt, kSpanDigits));
}

}  // namespace

std::string_view find_traceparent(std::string_view text) {
    constexpr std::string_view kKey = "traceparent=";
    const std::size_t key = text.find(kKey);
    if (key == std::string_view::npos) return is_traceparent(text) ? text : std::string_view();
    text.remove_prefix(key + kKey.size());
    if (text.starts_with('\'')) text.remove_prefix(1);
    text = text.substr(0, kPattern.size());
    return is_traceparent(text) ? text : std::string_view();
}

std::string_view statement_traceparent(std::string_view sql) {
    const std::size_t last = sql.find_last_not_of(" \t\r\n;");
    if (last == std::string_view::npos) return {};
    sql = sql.substr(0, last + 1);
    if (sql.ends_with("*/")) {
        const std::size_t comment = sql.rfind("/*");
        if (comment == std::string_view::npos) return {};
        if (const auto found = find_traceparent(sql.substr(comment)); !found.empty()) return found;
    }
    return sql.starts_with("/*") ? find_traceparent(sql.substr(0, sql.find("*/"))) : std::string_view();
}

std::string_view without_traceparent(std::string_view sql) {
    const std::size_t last = sql.find_last_not_of(" \t\r\n;");
    if (last == std::string_view::npos || last < 3 || sql.substr(last - 1, 2) != "*/") return sql;
    const std::size_t begin = sql.rfind("/*", last);
    if (begin == std::string_view::npos) return sql;
    const std::string_view comment = sql.substr(begin, last + 1 - begin);
    // Of a comment in a comment only the outer one could be cut; what is no text at all is to be refused as such.
    const bool whole = comment.find("*/") + 2 == comment.size();
    const bool plain = std::ranges::all_of(comment, [](char c) { return c >= ' ' && c <= '~'; });
    if (!whole || !plain || find_traceparent(comment).empty()) return sql;
    const std::string_view rest = sql.substr(0, begin);
    return rest.substr(0, rest.find_last_not_of(" \t\r\n") + 1);
}

}  // namespace smew::pgsession
