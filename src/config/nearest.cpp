#include "config/nearest.hpp"

#include <algorithm>
#include <vector>

namespace smew::config {
namespace {

constexpr std::size_t kLongestName = 128;

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
    a = a.substr(0, kLongestName);
    b = b.substr(0, kLongestName);
    // Three rows of the table of distances between prefixes: two back for swaps, one back, and the one being filled.
    std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        before.swap(last);
        last.swap(row);
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
        }
    }
    return row[b.size()];
}

std::string nearest(std::string_view unknown, std::span<const std::string> known) {
    const auto distance = [unknown](const std::string& name) { return edit_distance(unknown, name); };
    const auto found = std::ranges::min_element(known, {}, distance);
    return found == known.end() ? std::string() : *found;
}

std::string in_quotes(std::string_view text) {
    constexpr std::string_view kHex = "0123456789abcdef";
    std::string out = "\"";
    for (const char raw : text.substr(0, kLongestName)) {
        const auto c = static_cast<unsigned char>(raw);
        if (c >= 0x20 && c < 0x7f) {
            out += raw;
        } else {
            out += {'\\', 'x', kHex[c >> 4], kHex[c & 15]};
        }
    }
    if (text.size() > kLongestName) out += "...";
    return out + "\"";
}

}  // namespace smew::config
