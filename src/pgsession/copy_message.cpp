#include "pgsession/copy_message.hpp"

#include "core/characters.hpp"

#include <algorithm>

namespace smew::pgsession {
namespace {

constexpr std::size_t kShownValueBytes = 100;

Error notice(std::string message, std::string context = "") {
    Error notice{Sqlstate("00000"), std::move(message)};
    notice.context = std::move(context);
    return notice;
}

std::string value_of(const CopyPlace& place) {
    if (place.null_input) return ": null input";
    return place.value ? ": " + shown_value(*place.value) : "";
}

}  // namespace

std::string shown_value(std::string_view value) {
    const std::string_view shown = whole_characters(value, kShownValueBytes);
    return '"' + std::string(shown) + (shown.size() < value.size() ? "..." : "") + '"';
}

Error located(Error error, const CopyPlace& place) {
    error.context = "COPY " + std::string(place.relation) + ", line " + std::to_string(place.line);
    if (!place.column.empty()) error.context += ", column " + std::string(place.column);
    error.context += value_of(place);
    error.position = 0;
    return error;
}

Error skipped_row(const CopyPlace& place) {
    return notice("skipping row due to data type incompatibility at line " + std::to_string(place.line) +
                      " for column \"" + std::string(place.column) + "\"" + value_of(place),
                  "COPY " + std::string(place.relation));
}

Error skipped_rows(std::uint64_t count) {
    return notice(std::to_string(count) + (count == 1 ? " row was" : " rows were") +
                  " skipped due to data type incompatibility");
}

}  // namespace smew::pgsession
