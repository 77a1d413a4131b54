#include "engine/error_columns.hpp"

#include "core/sqlstate_query.hpp"

#include <algorithm>
#include <array>

namespace smew::engine {
namespace {

constexpr std::array<std::string_view, 6> kSystemColumns{"tableoid", "ctid", "xmin", "xmax", "cmin", "cmax"};

// pg_dump is what reads them most, and the user sees this text at its end.
Error no_system_column(std::string_view name) {
    return {sqlstate::kFeatureNotSupported, "system column \"" + std::string(name) + "\" is not supported",
            "Rows of a workspace have no system columns, which pg_dump reads, so it cannot dump a workspace.",
            "Use COPY … TO STDOUT for a table's rows, or the export of the REST API."};
}

}  // namespace

Error missing_column(std::string_view name, std::string hint) {
    if (std::ranges::find(kSystemColumns, name) != kSystemColumns.end()) return no_system_column(name);
    return {sqlstate::kUndefinedColumn, "column \"" + std::string(name) + "\" does not exist", "", std::move(hint)};
}

std::string_view column_not_had(std::string_view message) {
    constexpr std::string_view kMarks[] = {"does not have a column named \"", "does not have a column with name \""};
    for (const std::string_view mark : kMarks) {
        const std::size_t at = message.find(mark);
        if (at == std::string_view::npos) continue;
        const std::string_view rest = message.substr(at + mark.size());
        return rest.substr(0, rest.find('"'));
    }
    return {};
}

}  // namespace smew::engine
