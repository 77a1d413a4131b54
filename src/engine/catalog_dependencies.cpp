// Which relations a view reads: a part of what pg_depend lists.
#include "engine/catalog_function.hpp"
#include "engine/object_names.hpp"
#include "engine/parse_tree.hpp"
#include "engine/workspace_objects.hpp"

#include <duckdb/catalog/catalog_entry/view_catalog_entry.hpp>
#include <duckdb/common/string_util.hpp>
#include <duckdb/parser/statement/select_statement.hpp>
#include <duckdb/parser/tableref/basetableref.hpp>

#include <set>

namespace smew::engine {
namespace {

struct Reading {
    std::int64_t view = 0, relation = 0;
};

std::vector<std::string> name_of(const duckdb::BaseTableRef& table) {
    if (table.schema_name.empty()) return {table.table_name};
    return {table.schema_name, table.table_name};
}

// What is gone by now is left out, as are the view's own common table expressions.
void add_view(duckdb::ClientContext& context, duckdb::ViewCatalogEntry& view, std::vector<Reading>& out) {
    const auto query = view.GetQuery().Copy();
    const TreeParts parts = survey(*query);
    std::set<std::int64_t> known;
    for (const duckdb::BaseTableRef* table : parts.tables) {
        const bool named =
            table->schema_name.empty() && parts.cte_names.contains(duckdb::StringUtil::Lower(table->table_name));
        const auto relation = named ? std::nullopt : find_relation(context, name_of(*table));
        if (relation && known.insert(*relation).second) out.push_back({oid_of(view), *relation});
    }
}

std::vector<Reading> collect(duckdb::ClientContext& context) {
    std::vector<Reading> readings;
    for (const OwnSchema& schema : own_schemas(context)) {
        for (auto& entry : entries_of(context, schema, duckdb::CatalogType::TABLE_ENTRY)) {
            if (entry.get().type != duckdb::CatalogType::VIEW_ENTRY) continue;
            add_view(context, entry.get().Cast<duckdb::ViewCatalogEntry>(), readings);
        }
    }
    return readings;
}

}  // namespace

duckdb::TableFunction catalog_dependencies() {
    return table_function<Reading>(
        {"smew_dependencies",
         {column("view", "oid", &Reading::view), column("relation", "oid", &Reading::relation)},
         collect});
}

}  // namespace smew::engine
