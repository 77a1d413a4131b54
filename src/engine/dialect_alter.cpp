#include "engine/dialect_alter.hpp"

#include <duckdb/catalog/catalog.hpp>
#include <duckdb/parser/parsed_data/alter_table_info.hpp>
#include <duckdb/parser/statement/alter_statement.hpp>

namespace smew::engine {
namespace {

bool is_view(duckdb::ClientContext& context, const duckdb::AlterInfo& info) {
    bool view = false;
    context.RunFunctionInTransaction(
        [&] {
            const duckdb::EntryLookupInfo lookup(duckdb::CatalogType::TABLE_ENTRY, info.name);
            const auto entry = duckdb::Catalog::GetEntry(context, info.catalog, info.schema, lookup,
                                                         duckdb::OnEntryNotFound::RETURN_NULL);
            view = entry && entry->type == duckdb::CatalogType::VIEW_ENTRY;
        },
        false);
    return view;
}

}  // namespace

void rename_view_as_view(duckdb::ClientContext& context, duckdb::SQLStatement& statement) {
    if (statement.type != duckdb::StatementType::ALTER_STATEMENT) return;
    auto& info = statement.Cast<duckdb::AlterStatement>().info;
    if (info->type != duckdb::AlterType::ALTER_TABLE) return;
    const auto& table = info->Cast<duckdb::AlterTableInfo>();
    if (table.alter_table_type != duckdb::AlterTableType::RENAME_TABLE || !is_view(context, table)) return;
    const std::string name = table.Cast<duckdb::RenameTableInfo>().new_table_name;
    info = duckdb::make_uniq<duckdb::RenameViewInfo>(table.GetAlterEntryData(), name);
}

}  // namespace smew::engine
