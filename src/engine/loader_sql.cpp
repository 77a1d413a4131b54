#include "engine/loader_sql.hpp"

#include "core/characters.hpp"
#include "engine/duckdb_instance.hpp"

#include <algorithm>
#include <unordered_set>

namespace smew::engine::loader {
namespace {

constexpr std::size_t kMaxNameBytes = 255;

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool is_control(char c) {
    const auto code = static_cast<unsigned char>(c);
    return code < 0x20 || code == 0x7f;
}

std::string without_controls_and_outer_blanks(std::string_view name) {
    std::string out(name);
    std::replace_if(out.begin(), out.end(), is_control, ' ');
    const auto first = out.find_first_not_of(' ');
    if (first == std::string::npos) return {};
    return out.substr(first, out.find_last_not_of(' ') - first + 1);
}

std::string folded(std::string_view name) {
    std::string out(name);
    std::transform(out.begin(), out.end(), out.begin(), lower);
    return out;
}

}  // namespace

std::string quote_identifiers(std::span<const std::string> names) {
    std::string out;
    for (const std::string& name : names) {
        if (!out.empty()) out += ", ";
        out += sql_identifier(name);
    }
    return out;
}

Result<void> checked_text(std::string_view text, std::size_t max_bytes, std::string_view what) {
    if (text.find('\0') != std::string_view::npos) {
        return Error{sqlstate::kInvalidParameterValue, std::string(what) + " must not contain a NUL character"};
    }
    if (text.size() > max_bytes) {
        return Error{sqlstate::kInvalidParameterValue,
                     std::string(what) + " must not be longer than " + std::to_string(max_bytes) + " bytes"};
    }
    return {};
}

Result<void> checked_column_name(std::string_view name) {
    if (name.empty()) return Error{sqlstate::kInvalidName, "a column name must not be empty"};
    if (std::any_of(name.begin(), name.end(), is_control)) {
        return Error{sqlstate::kInvalidName, "a column name must not contain control characters"};
    }
    if (name.size() > kMaxNameBytes) {
        return Error{sqlstate::kInvalidName, "column name \"" + shortened(name, 60) + "\" is longer than 255 bytes"};
    }
    return {};
}

bool same_identifier(std::string_view left, std::string_view right) {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [](char a, char b) { return lower(a) == lower(b); });
}

std::size_t find_identifier(std::span<const std::string> names, std::string_view name) {
    const auto found = std::find_if(names.begin(), names.end(),
                                    [&](const std::string& other) { return same_identifier(other, name); });
    return static_cast<std::size_t>(found - names.begin());
}

std::vector<std::string> usable_column_names(std::span<const std::string> names) {
    std::vector<std::string> usable;
    std::unordered_set<std::string> taken;
    for (const std::string& name : names) {
        std::string base = without_controls_and_outer_blanks(name);
        base = whole_characters(base, kMaxNameBytes - 10);  // leaves room for a number
        if (base.empty()) base = "column" + std::to_string(usable.size());
        std::string candidate = base;
        for (std::size_t number = 1; !taken.insert(folded(candidate)).second; ++number) {
            candidate = base + "_" + std::to_string(number);
        }
        usable.push_back(candidate);
    }
    return usable;
}

std::string shortened(std::string_view text, std::size_t max_bytes) {
    const std::string_view kept = whole_characters(text, max_bytes);
    return kept.size() == text.size() ? std::string(text) : std::string(kept) + "…";
}

}  // namespace smew::engine::loader
