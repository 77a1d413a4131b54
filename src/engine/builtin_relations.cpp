#include "engine/builtin_relations.hpp"

#include "engine/catalog_types.hpp"
#include "pgcatalog/definitions.hpp"
#include "pgcatalog/system_relations.hpp"

#include <duckdb/catalog/catalog_entry/schema_catalog_entry.hpp>
#include <duckdb/catalog/catalog_entry/view_catalog_entry.hpp>
#include <duckdb/common/string_util.hpp>
#include <duckdb/parser/expression/cast_expression.hpp>
#include <duckdb/parser/expression/columnref_expression.hpp>
#include <duckdb/parser/expression/constant_expression.hpp>
#include <duckdb/parser/parsed_data/create_view_info.hpp>
#include <duckdb/parser/parser.hpp>
#include <duckdb/parser/query_node/select_node.hpp>
#include <duckdb/parser/query_node/set_operation_node.hpp>
#include <duckdb/parser/statement/select_statement.hpp>
#include <duckdb/parser/tableref/subqueryref.hpp>

#include <algorithm>
#include <span>
#include <string>
#include <unordered_map>

namespace smew::engine {
namespace {

using duckdb::make_uniq;
using pgcatalog::SystemRelation;
using Expression = duckdb::unique_ptr<duckdb::ParsedExpression>;

std::vector<std::span<const SystemRelation>> declared(const std::string& schema) {
    if (schema == "information_schema") return {pgcatalog::information_schema_views()};
    return {pgcatalog::system_tables(), pgcatalog::system_views()};
}

const pgcatalog::Relation* filling(const std::string& schema, std::string_view name) {
    const auto all = pgcatalog::relations();
    const auto found = std::ranges::find_if(
        all, [&](const auto& relation) { return relation.schema == schema && relation.name == name; });
    return found == all.end() ? nullptr : &*found;
}

// The columns a query gives: it begins with a SELECT whose columns are all named.
std::vector<std::string> columns_given(const duckdb::QueryNode& node) {
    if (node.type == duckdb::QueryNodeType::SET_OPERATION_NODE) {
        return columns_given(*node.Cast<duckdb::SetOperationNode>().children.at(0));
    }
    std::vector<std::string> names;
    for (const auto& column : node.Cast<duckdb::SelectNode>().select_list) names.push_back(column->GetName());
    return names;
}

duckdb::unique_ptr<duckdb::SelectStatement> parsed(std::string_view query) {
    duckdb::Parser parser;
    parser.ParseQuery(std::string(query));
    return duckdb::unique_ptr_cast<duckdb::SQLStatement, duckdb::SelectStatement>(std::move(parser.statements.at(0)));
}

// SELECT CAST(relname AS name) AS relname, CAST(NULL AS oid) AS relfilenode, … FROM (query)
duckdb::unique_ptr<duckdb::SelectStatement> definition(const SystemRelation& relation,
                                                       const pgcatalog::Relation* filled) {
    auto node = make_uniq<duckdb::SelectNode>();
    auto query = parsed(filled == nullptr ? "SELECT 1 WHERE false" : filled->query);
    std::vector<std::string> given;
    if (filled != nullptr) given = columns_given(*query->node);
    node->from_table = make_uniq<duckdb::SubqueryRef>(std::move(query), "filled");
    for (const auto& [name, type] : split_columns(relation.columns)) {
        Expression value = make_uniq<duckdb::ConstantExpression>(duckdb::Value());
        if (std::erase(given, name) > 0) value = make_uniq<duckdb::ColumnRefExpression>(name);
        Expression column = make_uniq<duckdb::CastExpression>(catalog_type(type), std::move(value));
        column->SetAlias(name);
        node->select_list.push_back(std::move(column));
    }
    if (!given.empty()) throw duckdb::InternalException("%s has no column %s", std::string(relation.name), given[0]);
    auto statement = make_uniq<duckdb::SelectStatement>();
    statement->node = std::move(node);
    return statement;
}

class RelationGenerator final : public duckdb::DefaultGenerator {
public:
    RelationGenerator(duckdb::Catalog& system, duckdb::SchemaCatalogEntry& schema)
        : DefaultGenerator(system), schema_(schema) {
        for (const auto group : declared(schema.name)) {
            for (const SystemRelation& relation : group) by_name_.emplace(relation.name, &relation);
        }
    }

    duckdb::unique_ptr<duckdb::CatalogEntry> CreateDefaultEntry(duckdb::ClientContext&,
                                                                const std::string& entry_name) override {
        const auto found = by_name_.find(duckdb::StringUtil::Lower(entry_name));
        if (found == by_name_.end()) return nullptr;
        duckdb::CreateViewInfo info;
        info.schema = schema_.name;
        info.view_name = found->first;
        info.temporary = true;
        info.internal = true;
        info.query = definition(*found->second, filling(schema_.name, found->first));
        return duckdb::make_uniq_base<duckdb::CatalogEntry, duckdb::ViewCatalogEntry>(catalog, schema_, info);
    }

    duckdb::vector<std::string> GetDefaultEntries() override {
        duckdb::vector<std::string> names;
        for (const auto& [name, relation] : by_name_) names.push_back(name);
        return names;
    }

private:
    duckdb::SchemaCatalogEntry& schema_;
    std::unordered_map<std::string, const SystemRelation*> by_name_;
};

}  // namespace

duckdb::unique_ptr<duckdb::DefaultGenerator> relation_generator(duckdb::Catalog& catalog,
                                                                duckdb::SchemaCatalogEntry& schema) {
    return make_uniq<RelationGenerator>(catalog, schema);
}

}  // namespace smew::engine
