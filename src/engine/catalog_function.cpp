#include "engine/catalog_function.hpp"

#include "engine/catalog_backends.hpp"
#include "engine/catalog_session.hpp"

#include <array>

namespace smew::engine {

std::span<const MakeTableFunction> catalog_functions() {
    static constexpr std::array kAll = std::to_array<MakeTableFunction>(
        {catalog_schemas, catalog_relations, catalog_columns, catalog_constraints, catalog_indexes, catalog_sequences,
         catalog_types, catalog_enum_labels, catalog_procedures, catalog_roles, catalog_databases, catalog_settings,
         catalog_dependencies, catalog_keywords, catalog_backends, catalog_prepared_statements, catalog_cursors});
    return kAll;
}

bool is_internal_function(std::string_view name) {
    constexpr std::string_view kPrefix = "smew_";
    return name.starts_with(kPrefix);
}

}  // namespace smew::engine
