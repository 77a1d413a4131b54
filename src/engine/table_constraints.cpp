#include "engine/table_constraints.hpp"

#include "engine/shown_sql.hpp"
#include "engine/sql_names.hpp"
#include "engine/workspace_objects.hpp"

#include <duckdb/catalog/catalog.hpp>
#include <duckdb/parser/constraints/check_constraint.hpp>
#include <duckdb/parser/constraints/foreign_key_constraint.hpp>
#include <duckdb/parser/constraints/unique_constraint.hpp>
#include <duckdb/parser/expression/columnref_expression.hpp>
#include <duckdb/parser/parsed_expression_iterator.hpp>

#include <algorithm>
#include <set>

namespace smew::engine {
namespace {

using duckdb::TableCatalogEntry;
using Names = std::vector<std::string>;

std::vector<std::int16_t> numbers_of(TableCatalogEntry& table, const Names& columns) {
    std::vector<std::int16_t> numbers;
    for (std::string name : columns) {  // a copy: it is given back in the table's own letters
        numbers.push_back(static_cast<std::int16_t>(table.GetColumnIndex(name).index + 1));
    }
    return numbers;
}

std::string listed(const Names& columns) {
    std::string list;
    for (const std::string& name : columns) list += (list.empty() ? "" : ", ") + quoted_name(name);
    return list;
}

std::string joined_name(TableCatalogEntry& table, const Names& columns, const char* suffix) {
    std::string name = table.name;
    for (const std::string& column : columns) name += "_" + column;
    return name + suffix;
}

Names columns_of(const duckdb::UniqueConstraint& unique, TableCatalogEntry& table) {
    if (unique.HasIndex()) return {table.GetColumn(unique.GetIndex()).GetName()};
    return {unique.GetColumnNames().begin(), unique.GetColumnNames().end()};
}

TableConstraint describe(const duckdb::UniqueConstraint& unique, TableCatalogEntry& table) {
    const Names columns = columns_of(unique, table);
    TableConstraint constraint;
    constraint.kind = unique.IsPrimaryKey() ? 'p' : 'u';
    constraint.name = unique.IsPrimaryKey() ? table.name + "_pkey" : joined_name(table, columns, "_key");
    constraint.columns = numbers_of(table, columns);
    constraint.definition = key_definition(constraint.kind, columns);
    return constraint;
}

// PostgreSQL names a check after its column when it has but one.
TableConstraint describe(const duckdb::CheckConstraint& check, TableCatalogEntry& table) {
    std::set<std::string> columns;
    duckdb::ParsedExpressionIterator::VisitExpression<duckdb::ColumnRefExpression>(
        *check.expression, [&](const duckdb::ColumnRefExpression& column) { columns.insert(column.GetColumnName()); });
    const Names names(columns.begin(), columns.end());
    TableConstraint constraint;
    constraint.name = joined_name(table, names.size() == 1 ? names : Names(), "_check");
    constraint.columns = numbers_of(table, names);
    constraint.expression = shown_sql(*check.expression);
    constraint.definition = "CHECK (" + constraint.expression + ")";
    return constraint;
}

TableConstraint describe(duckdb::ClientContext& context, const duckdb::ForeignKeyConstraint& key,
                         TableCatalogEntry& table) {
    const Names columns(key.fk_columns.begin(), key.fk_columns.end());
    const Names others(key.pk_columns.begin(), key.pk_columns.end());
    TableConstraint constraint;
    constraint.kind = 'f';
    constraint.name = joined_name(table, columns, "_fkey");
    constraint.columns = numbers_of(table, columns);
    auto& referenced = table.ParentCatalog().GetEntry<TableCatalogEntry>(context, key.info.schema, key.info.table);
    constraint.referenced_table = oid_of(referenced);
    constraint.referenced_columns = numbers_of(referenced, others);
    const std::string schema = key.info.schema == "main" ? "" : quoted_name(key.info.schema) + ".";
    constraint.definition = "FOREIGN KEY (" + listed(columns) + ") REFERENCES " + schema + quoted_name(key.info.table) +
                            "(" + listed(others) + ")";
    return constraint;
}

// The side of a foreign key that is referenced has an entry of its own, which is no constraint of that table's.
bool is_referenced_side(const duckdb::Constraint& constraint) {
    return constraint.type == duckdb::ConstraintType::FOREIGN_KEY &&
           constraint.Cast<duckdb::ForeignKeyConstraint>().info.type ==
               duckdb::ForeignKeyType::FK_TYPE_PRIMARY_KEY_TABLE;
}

void make_names_unique(std::vector<TableConstraint>& constraints) {
    std::set<std::string> taken;
    for (TableConstraint& constraint : constraints) {
        const std::string wanted = constraint.name;
        for (int i = 1; !taken.insert(constraint.name).second; ++i) constraint.name = wanted + std::to_string(i);
    }
}

}  // namespace

std::vector<std::int16_t> key_numbers(const ProjectTable& table) {
    std::vector<std::int16_t> numbers;
    for (const std::string& name : table.primary_key) {
        const auto found = std::ranges::find(table.columns, name, &ProjectColumn::name);
        numbers.push_back(static_cast<std::int16_t>(found - table.columns.begin() + 1));
    }
    return numbers;
}

std::string key_definition(char kind, const std::vector<std::string>& columns) {
    return std::string(kind == 'p' ? "PRIMARY KEY (" : "UNIQUE (") + listed(columns) + ")";
}

std::vector<TableConstraint> constraints_of(duckdb::ClientContext& context, TableCatalogEntry& table) {
    std::vector<TableConstraint> constraints;
    const auto& all = table.GetConstraints();
    for (std::size_t place = 0; place < all.size(); ++place) {
        const duckdb::Constraint& constraint = *all[place];
        if (constraint.type == duckdb::ConstraintType::NOT_NULL || is_referenced_side(constraint)) continue;
        if (constraint.type == duckdb::ConstraintType::UNIQUE) {
            constraints.push_back(describe(constraint.Cast<duckdb::UniqueConstraint>(), table));
        } else if (constraint.type == duckdb::ConstraintType::CHECK) {
            constraints.push_back(describe(constraint.Cast<duckdb::CheckConstraint>(), table));
        } else if (constraint.type == duckdb::ConstraintType::FOREIGN_KEY) {
            constraints.push_back(describe(context, constraint.Cast<duckdb::ForeignKeyConstraint>(), table));
        }
        constraints.back().place = place;
    }
    make_names_unique(constraints);
    return constraints;
}

}  // namespace smew::engine
