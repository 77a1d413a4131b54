#include "engine/names.hpp"

#include "engine/errors.hpp"
#include "engine/session_state.hpp"

#include <duckdb/catalog/catalog.hpp>
#include <duckdb/catalog/catalog_search_path.hpp>
#include <duckdb/common/string_util.hpp>
#include <duckdb/main/client_context.hpp>
#include <duckdb/main/client_data.hpp>
#include <duckdb/parser/expression/columnref_expression.hpp>
#include <duckdb/parser/expression/star_expression.hpp>
#include <duckdb/parser/tableref/basetableref.hpp>
#include <duckdb/parser/tableref/showref.hpp>

#include <algorithm>
#include <map>

namespace smew::engine {
namespace {

using duckdb::StringUtil;

duckdb::unique_ptr<duckdb::TableRef> find_project_table(duckdb::ClientContext& context,
                                                        duckdb::ReplacementScanInput& input,
                                                        duckdb::optional_ptr<duckdb::ReplacementScanData>) {
    const auto session = SessionState::of(context);
    if (!session ||
        (!input.catalog_name.empty() && !StringUtil::CIEquals(input.catalog_name, session->own_catalog()))) {
        return nullptr;
    }
    auto bound = session->bind(context, input.schema_name, input.table_name);
    if (!bound) throw_through_duckdb(bound.error());
    if (!*bound) return nullptr;
    auto table = duckdb::make_uniq<duckdb::BaseTableRef>();
    table->catalog_name = (*bound)->alias;
    table->schema_name = "main";
    table->table_name = "data";
    table->alias = input.table_name;
    return table;
}

void rewrite_public(std::string& schema) {
    if (StringUtil::CIEquals(schema, "public")) schema = "main";
}

// pg_temp is a catalog of its own to DuckDB.
void rewrite_schema(std::string& catalog, std::string& schema) {
    rewrite_public(schema);
    if (!StringUtil::CIEquals(schema, "pg_temp")) return;
    catalog = TEMP_CATALOG;
    schema = DEFAULT_SCHEMA;
}

using Name = std::pair<std::string, std::string>;  // schema, table; lower case

// The tables written with a schema that is not the workspace's, without an alias.
std::map<Name, std::vector<duckdb::BaseTableRef*>> plain_project_tables(TreeParts& parts, SessionState& session) {
    std::map<Name, std::vector<duckdb::BaseTableRef*>> found;
    for (duckdb::BaseTableRef* table : parts.tables) {
        if (table->schema_name.empty() || !table->alias.empty()) continue;
        const std::string schema = StringUtil::Lower(table->schema_name);
        if (!is_reserved_schema(schema) && !session.resolver().is_project_schema(schema)) continue;
        found[{schema, StringUtil::Lower(table->table_name)}].push_back(table);
    }
    return found;
}

// schema.table.column (or schema.table.column.field) of one of those tables.
bool names_table(const duckdb::vector<std::string>& column, const Name& table) {
    return column.size() >= 3 && StringUtil::CIEquals(column[0], table.first) &&
           StringUtil::CIEquals(column[1], table.second);
}

bool shares_its_name(const std::map<Name, std::vector<duckdb::BaseTableRef*>>& tables, const Name& name) {
    return std::count_if(tables.begin(), tables.end(),
                         [&](const auto& other) { return other.first.second == name.second; }) > 1;
}

void rewrite_columns(TreeParts& parts, const Name& table, const std::string& alias) {
    for (duckdb::ColumnRefExpression* column : parts.columns) {
        if (!names_table(column->column_names, table)) continue;
        column->column_names.erase(column->column_names.begin());
        if (!alias.empty()) column->column_names[0] = alias;
    }
}

void rewrite_qualified_columns(TreeParts& parts, SessionState& session) {
    const bool any = std::any_of(parts.columns.begin(), parts.columns.end(),
                                 [](const auto* column) { return column->column_names.size() >= 3; });
    if (!any) return;
    const auto tables = plain_project_tables(parts, session);
    for (const auto& [name, references] : tables) {
        const bool used =
            std::any_of(parts.columns.begin(), parts.columns.end(),
                        [&, &table = name](const auto* column) { return names_table(column->column_names, table); });
        if (!used) continue;
        const std::string alias = shares_its_name(tables, name) ? name.first + "." + name.second : std::string();
        for (duckdb::BaseTableRef* reference : references) reference->alias = alias;
        rewrite_columns(parts, name, alias);
    }
}

bool exists(duckdb::ClientContext& context, const std::string& catalog, const std::string& schema,
            const std::string& table) {
    const duckdb::EntryLookupInfo lookup(duckdb::CatalogType::TABLE_ENTRY, table);
    return duckdb::Catalog::GetEntry(context, catalog, schema, lookup, duckdb::OnEntryNotFound::RETURN_NULL) != nullptr;
}

// The bucket a name without a schema means; empty: one of the workspace's own schemas, or none at all.
Result<std::string> bucket_of(duckdb::ClientContext& context, SessionState& session, const std::string& table) {
    if (exists(context, "temp", "main", table)) return std::string();
    for (const std::string& schema : session.search_path) {
        const bool project = is_reserved_schema(schema) || session.resolver().is_project_schema(schema);
        if (!project && exists(context, session.own_catalog(), schema, table)) return std::string();
        if (!project) continue;
        const auto version = session.lookup(context, schema, table);
        if (!version) return version.error();
        if (*version) return schema;
    }
    return std::string();
}

// "shop.public.orders" in database shop is public.orders.
class DatabaseName {
public:
    explicit DatabaseName(const SessionState& session) : name_(session.facts().identity().database) {}

    void drop_from(TreeParts& parts) const {
        for (duckdb::BaseTableRef* table : parts.tables) drop(table->catalog_name);
        for (duckdb::ShowRef* show : parts.shows) drop(show->catalog_name);
        for (const CalledFunction& function : parts.functions) drop(*function.catalog);
        for (const Target& target : parts.targets) drop(*target.catalog);
        for (duckdb::ColumnRefExpression* column : parts.columns) {
            auto& names = column->column_names;
            if (names.size() >= 4 && StringUtil::CIEquals(names[0], name_)) names.erase(names.begin());
        }
    }

private:
    void drop(std::string& catalog) const {
        if (StringUtil::CIEquals(catalog, name_)) catalog.clear();
    }

    const std::string& name_;
};

}  // namespace

bool is_reserved_schema(std::string_view schema) {
    const std::string lower = StringUtil::Lower(std::string(schema));
    return StringUtil::StartsWith(lower, "in_c_") || StringUtil::StartsWith(lower, "out_c_");
}

duckdb::ReplacementScan project_table_scan() {
    return duckdb::ReplacementScan(find_project_table);
}

void rewrite_names(TreeParts& parts, SessionState& session) {
    DatabaseName(session).drop_from(parts);
    for (duckdb::BaseTableRef* table : parts.tables) rewrite_schema(table->catalog_name, table->schema_name);
    for (const Target& target : parts.targets) {
        if (target.schema != nullptr && target.name != nullptr) rewrite_schema(*target.catalog, *target.schema);
    }
    for (duckdb::ColumnRefExpression* column : parts.columns) {
        if (column->column_names.size() >= 3) rewrite_public(column->column_names[0]);
    }
    for (const CalledFunction& function : parts.functions) {
        rewrite_public(*function.schema);
        // DuckDB keeps what is its own in system.main, PostgreSQL's clients look for all of it in pg_catalog. A macro
        // of the user's cannot come between: the gate refuses names of built-in functions.
        const std::string& schema = *function.schema;
        // OVERLAY(… PLACING …) is main.overlay to the parser.
        const bool written_by_parser = schema == "main" && *function.name == "overlay";
        if (written_by_parser || StringUtil::CIEquals(schema, "pg_catalog") ||
            StringUtil::CIEquals(schema, "information_schema")) {
            function.schema->clear();
        }
    }
    rewrite_qualified_columns(parts, session);
}

Result<void> apply_search_path(TreeParts& parts, SessionState& session, duckdb::ClientContext& context) {
    if (session.project_path.empty()) return {};
    Result<void> result;
    const auto apply = [&](std::string& schema, const std::string& table) {
        if (!result || !schema.empty() || parts.cte_names.count(StringUtil::Lower(table)) != 0) return;
        auto bucket = bucket_of(context, session, table);
        if (!bucket) result = bucket.error();
        if (bucket) schema = *bucket;
    };
    context.RunFunctionInTransaction(
        [&] {
            for (duckdb::BaseTableRef* table : parts.tables) apply(table->schema_name, table->table_name);
            for (const Target& target : parts.targets) {
                if (target.name != nullptr && !target.creates) apply(*target.schema, *target.name);
            }
        },
        false);
    return result;
}

}  // namespace smew::engine
