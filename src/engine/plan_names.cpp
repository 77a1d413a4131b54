#include "engine/plan_names.hpp"

#include "engine/catalog_function.hpp"

#include <duckdb/catalog/catalog.hpp>
#include <duckdb/catalog/catalog_entry/schema_catalog_entry.hpp>
#include <duckdb/catalog/catalog_entry/table_catalog_entry.hpp>
#include <duckdb/function/table/table_scan.hpp>
#include <duckdb/planner/operator/logical_get.hpp>

namespace smew::engine {
namespace {

using Details = duckdb::InsertionOrderPreservingMap<std::string>;

// A version of a project table is attached as in_c_sales.orders@7.
std::string shown_name(const duckdb::TableCatalogEntry& table) {
    const std::string& catalog = table.ParentCatalog().GetName();
    if (const std::size_t version = catalog.rfind('@'); version != std::string::npos) return catalog.substr(0, version);
    const std::string& schema = table.ParentSchema().name;
    return schema == DEFAULT_SCHEMA ? table.name : schema + "." + table.name;
}

Details describe_scan(duckdb::TableFunctionToStringInput& input) {
    static const auto kDuckDb = duckdb::TableScanFunction::GetFunction().to_string;
    Details details = kDuckDb(input);
    if (input.bind_data) details["Table"] = shown_name(input.bind_data->Cast<duckdb::TableScanBindData>().table);
    return details;
}

void name_scan(duckdb::LogicalGet& get) {
    std::string& name = get.function.name;
    if (is_internal_function(name)) name = "catalog " + name.substr(name.find('_') + 1);
    if (get.GetTable()) get.function.to_string = describe_scan;
}

}  // namespace

void name_scans(duckdb::LogicalOperator& plan) {
    if (plan.type == duckdb::LogicalOperatorType::LOGICAL_GET) name_scan(plan.Cast<duckdb::LogicalGet>());
    for (const auto& child : plan.children) name_scans(*child);
}

}  // namespace smew::engine
