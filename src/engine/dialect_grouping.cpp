#include "engine/dialect_grouping.hpp"

#include "engine/parse_tree.hpp"
#include "engine/workspace_objects.hpp"

#include <duckdb/catalog/catalog.hpp>
#include <duckdb/common/string_util.hpp>
#include <duckdb/parser/constraints/unique_constraint.hpp>
#include <duckdb/parser/expression/list.hpp>
#include <duckdb/parser/parsed_expression_iterator.hpp>
#include <duckdb/parser/query_node/select_node.hpp>
#include <duckdb/parser/tableref/basetableref.hpp>
#include <duckdb/parser/tableref/joinref.hpp>

#include <algorithm>
#include <optional>

namespace smew::engine {
namespace {

using duckdb::ExpressionClass;
using duckdb::ParsedExpression;
using duckdb::StringUtil;

// Under the name its columns are written behind.
struct KeyedTable {
    std::string name;
    std::vector<std::string> columns, key;
};

std::optional<KeyedTable> own_table(duckdb::ClientContext& context, const duckdb::BaseTableRef& ref) {
    const std::string schema = StringUtil::CIEquals(ref.schema_name, "public") ? "main" : ref.schema_name;
    const duckdb::EntryLookupInfo lookup(duckdb::CatalogType::TABLE_ENTRY, ref.table_name);
    const auto entry = duckdb::Catalog::GetEntry(context, "", schema, lookup, duckdb::OnEntryNotFound::RETURN_NULL);
    if (!entry || entry->type != duckdb::CatalogType::TABLE_ENTRY) return std::nullopt;
    const auto& table = entry->Cast<duckdb::TableCatalogEntry>();
    KeyedTable keyed;
    for (const auto& column : table.GetColumns().Logical()) keyed.columns.push_back(column.Name());
    for (const auto& constraint : table.GetConstraints()) {
        if (constraint->type != duckdb::ConstraintType::UNIQUE) continue;
        const auto& unique = constraint->Cast<duckdb::UniqueConstraint>();
        if (!unique.IsPrimaryKey()) continue;
        for (const auto& index : unique.GetLogicalIndexes(table.GetColumns())) {
            keyed.key.push_back(keyed.columns.at(index.index));
        }
    }
    return keyed;
}

std::optional<KeyedTable> project_table(duckdb::ClientContext& context, const duckdb::BaseTableRef& ref) {
    const auto project = project_of(context);
    const auto found = std::ranges::find_if(project->tables, [&](const ProjectTable& table) {
        return StringUtil::CIEquals(table.schema, ref.schema_name) && StringUtil::CIEquals(table.name, ref.table_name);
    });
    if (found == project->tables.end()) return std::nullopt;
    KeyedTable keyed{.name = {}, .columns = {}, .key = found->primary_key};
    for (const ProjectColumn& column : found->columns) keyed.columns.push_back(column.name);
    return keyed;
}

bool is_aggregate(duckdb::ClientContext& context, const std::string& function) {
    const duckdb::EntryLookupInfo lookup(duckdb::CatalogType::AGGREGATE_FUNCTION_ENTRY, function);
    const auto entry = duckdb::Catalog::GetEntry(context, SYSTEM_CATALOG, DEFAULT_SCHEMA, lookup,
                                                 duckdb::OnEntryNotFound::RETURN_NULL);
    return entry && entry->type == duckdb::CatalogType::AGGREGATE_FUNCTION_ENTRY;
}

bool is_column(const ParsedExpression& expression, const KeyedTable& table, const std::string& column) {
    if (expression.GetExpressionClass() != ExpressionClass::COLUMN_REF) return false;
    const auto& names = expression.Cast<duckdb::ColumnRefExpression>().column_names;
    if (!StringUtil::CIEquals(names.back(), column)) return false;
    return names.size() == 1 || StringUtil::CIEquals(names[names.size() - 2], table.name);
}

class Completion {
public:
    Completion(duckdb::ClientContext& context, duckdb::SelectNode& node) : context_(context), node_(node) {}

    void complete() { tables_of(*node_.from_table); }

private:
    void tables_of(const duckdb::TableRef& from) {
        if (from.type == duckdb::TableReferenceType::JOIN) {
            tables_of(*from.Cast<duckdb::JoinRef>().left);
            tables_of(*from.Cast<duckdb::JoinRef>().right);
        } else if (from.type == duckdb::TableReferenceType::BASE_TABLE) {
            const auto& ref = from.Cast<duckdb::BaseTableRef>();
            auto table = own_table(context_, ref);
            if (!table) table = project_table(context_, ref);
            if (!table || table->key.empty()) return;
            table->name = ref.alias.empty() ? ref.table_name : ref.alias;
            add_columns(*table);
        }
    }

    bool groups_by(const KeyedTable& table, const std::string& column) const {
        return std::ranges::any_of(node_.groups.group_expressions, [&](const auto& group) {
            return is_column(*group, table, column) || is_column(meant(*group), table, column);
        });
    }

    // GROUP BY 1
    const ParsedExpression& meant(const ParsedExpression& group) const {
        if (group.GetExpressionClass() != ExpressionClass::CONSTANT) return group;
        const duckdb::Value& place = group.Cast<duckdb::ConstantExpression>().value;
        if (!place.type().IsIntegral() || place.IsNull()) return group;
        const auto number = place.GetValue<std::int64_t>();
        const bool there = number >= 1 && number <= static_cast<std::int64_t>(node_.select_list.size());
        return there ? *node_.select_list[static_cast<std::size_t>(number - 1)] : group;
    }

    void add_columns(const KeyedTable& table) {
        const auto grouped = [&](const std::string& column) { return groups_by(table, column); };
        if (!std::ranges::all_of(table.key, grouped)) return;
        std::vector<bool> named(table.columns.size());
        for (const auto& item : node_.select_list) note(*item, table, named);
        if (node_.having) note(*node_.having, table, named);
        for (const auto& modifier : node_.modifiers) {
            if (modifier->type != duckdb::ResultModifierType::ORDER_MODIFIER) continue;
            for (const auto& order : modifier->Cast<duckdb::OrderModifier>().orders) {
                if (!is_result_column(*order.expression)) note(*order.expression, table, named);
            }
        }
        for (std::size_t i = 0; i < named.size(); ++i) {
            if (!named[i] || groups_by(table, table.columns[i])) continue;
            node_.groups.grouping_sets.front().insert(node_.groups.group_expressions.size());
            node_.groups.group_expressions.push_back(
                duckdb::make_uniq<duckdb::ColumnRefExpression>(table.columns[i], table.name));
        }
    }

    bool is_result_column(const ParsedExpression& order) const {
        if (order.GetExpressionClass() != ExpressionClass::COLUMN_REF) return false;
        const auto& names = order.Cast<duckdb::ColumnRefExpression>().column_names;
        return names.size() == 1 && std::ranges::any_of(node_.select_list, [&](const auto& item) {
                   return StringUtil::CIEquals(item->GetAlias(), names[0]);
               });
    }

    // What stands outside of aggregates and of queries of its own.
    void note(const ParsedExpression& expression, const KeyedTable& table, std::vector<bool>& named) const {
        switch (expression.GetExpressionClass()) {
            case ExpressionClass::COLUMN_REF:
                for (std::size_t i = 0; i < named.size(); ++i) {
                    named[i] = named[i] || is_column(expression, table, table.columns[i]);
                }
                return;
            case ExpressionClass::STAR: {
                const std::string& of = expression.Cast<duckdb::StarExpression>().relation_name;
                if (of.empty() || StringUtil::CIEquals(of, table.name)) named.assign(named.size(), true);
                return;
            }
            case ExpressionClass::SUBQUERY:
                return;
            case ExpressionClass::FUNCTION:
                if (is_aggregate(context_, expression.Cast<duckdb::FunctionExpression>().function_name)) return;
                break;
            default:
                break;
        }
        duckdb::ParsedExpressionIterator::EnumerateChildren(
            expression, [&](const ParsedExpression& child) { note(child, table, named); });
    }

    duckdb::ClientContext& context_;
    duckdb::SelectNode& node_;
};

class Grouping final : public TreeVisitor {
public:
    explicit Grouping(duckdb::ClientContext& context) : context_(context) {}

    void query(duckdb::QueryNode& node) override {
        if (node.type != duckdb::QueryNodeType::SELECT_NODE) return;
        auto& select = node.Cast<duckdb::SelectNode>();
        const auto& groups = select.groups;
        if (groups.group_expressions.empty() || groups.grouping_sets.size() != 1 || !select.from_table) return;
        context_.RunFunctionInTransaction([&] { Completion(context_, select).complete(); }, false);
    }

private:
    duckdb::ClientContext& context_;
};

}  // namespace

void complete_grouping(duckdb::ClientContext& context, duckdb::SQLStatement& statement) {
    Grouping grouping(context);
    visit(statement, grouping);
}

}  // namespace smew::engine
