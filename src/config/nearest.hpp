#pragma once
// Which known name somebody meant who wrote an unknown one.

#include <span>
#include <string>
#include <string_view>

namespace smew::config {

// The fewest insertions, deletions, replacements and swaps of neighbours that turn one text into the other (optimal
// string alignment). Looks at the first 128 characters of each.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The known name with the smallest distance, the first of equals; empty when none is known.
std::string nearest(std::string_view unknown, std::span<const std::string> known);

// `text` in double quotes, safe to print: control characters and bytes beyond ASCII as \xNN, at most 128 characters.
std::string in_quotes(std::string_view text);

}  // namespace smew::config
