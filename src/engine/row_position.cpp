#include "engine/row_position.hpp"

#include <algorithm>
#include <charconv>

namespace smew::engine {
namespace {

template <class T>
bool read_number(std::string_view& text, T& number) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc{}) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return true;
}

bool take(std::string_view& text, char symbol) {
    if (!text.starts_with(symbol)) return false;
    text.remove_prefix(1);
    return true;
}

}  // namespace

std::optional<std::int64_t> read_row_position(std::string_view text) {
    RowPosition position;
    text.remove_prefix(std::min(text.find('('), text.size()));
    const bool read = take(text, '(') && read_number(text, position.block) && take(text, ',') &&
                      read_number(text, position.offset) && take(text, ')');
    if (!read) return std::nullopt;
    return row_at(position);
}

std::string row_position_text(std::int64_t row) {
    const RowPosition position = position_of(row);
    return "(" + std::to_string(position.block) + "," + std::to_string(position.offset) + ")";
}

}  // namespace smew::engine
