// The statements' half of survey(). Default values, generated columns and CHECK constraints are not walked: DuckDB
// allows no table in them, and no function that could do harm is left in the catalog.
#include "engine/parse_tree_walk.hpp"

#include <duckdb/common/exception.hpp>
#include <duckdb/common/string_util.hpp>
#include <duckdb/function/scalar_macro_function.hpp>
#include <duckdb/function/table_macro_function.hpp>
#include <duckdb/parser/common_table_expression_info.hpp>
#include <duckdb/parser/constraints/check_constraint.hpp>
#include <duckdb/parser/parsed_data/alter_table_info.hpp>
#include <duckdb/parser/parsed_data/create_index_info.hpp>
#include <duckdb/parser/parsed_data/create_macro_info.hpp>
#include <duckdb/parser/parsed_data/create_sequence_info.hpp>
#include <duckdb/parser/parsed_data/create_table_info.hpp>
#include <duckdb/parser/parsed_data/create_type_info.hpp>
#include <duckdb/parser/parsed_data/create_view_info.hpp>
#include <duckdb/parser/parsed_data/vacuum_info.hpp>
#include <duckdb/parser/statement/list.hpp>
#include <duckdb/parser/tableref/basetableref.hpp>

namespace smew::engine {
namespace {

// A macro's own parameters look like columns; nothing else of its body differs from a query's.
const char* drop_verb(const duckdb::DropInfo& info) {
    switch (info.type) {
        case duckdb::CatalogType::VIEW_ENTRY:
            return "DROP VIEW";
        case duckdb::CatalogType::SCHEMA_ENTRY:
            return "DROP SCHEMA";
        case duckdb::CatalogType::INDEX_ENTRY:
            return "DROP INDEX";
        default:
            return "DROP TABLE";
    }
}

}  // namespace

void TreeWalk::statement(duckdb::SQLStatement& statement) {
    using duckdb::StatementType;
    switch (statement.type) {
        case StatementType::SELECT_STATEMENT:
            return query(statement.Cast<duckdb::SelectStatement>());
        case StatementType::INSERT_STATEMENT:
            return insert(statement);
        case StatementType::UPDATE_STATEMENT:
            return update(statement);
        case StatementType::DELETE_STATEMENT:
            return remove(statement);
        case StatementType::MERGE_INTO_STATEMENT:
            return merge(statement);
        case StatementType::CREATE_STATEMENT:
            return create(*statement.Cast<duckdb::CreateStatement>().info);
        case StatementType::ALTER_STATEMENT:
            return alter(*statement.Cast<duckdb::AlterStatement>().info);
        case StatementType::DROP_STATEMENT:
            return drop(statement);
        case StatementType::EXPLAIN_STATEMENT:
            return this->statement(*statement.Cast<duckdb::ExplainStatement>().stmt);
        case StatementType::VACUUM_STATEMENT:
            return analyze(statement);
        default:
            return;
    }
}

void TreeWalk::changed_table(duckdb::TableRef* ref, const char* verb) {
    if (ref == nullptr) return;
    table(*ref);
    if (ref->type != duckdb::TableReferenceType::BASE_TABLE) return;
    auto& base = ref->Cast<duckdb::BaseTableRef>();
    parts_.targets.push_back({&base.catalog_name, &base.schema_name, &base.table_name, verb});
}

void TreeWalk::set_info(duckdb::UpdateSetInfo* info) {
    if (info == nullptr) return;
    expression(info->condition);
    expressions(info->expressions);
}

void TreeWalk::returning(duckdb::vector<duckdb::unique_ptr<duckdb::ParsedExpression>>& list) {
    parts_.column_lists.push_back(&list);
    expressions(list);
}

void TreeWalk::insert(duckdb::SQLStatement& statement) {
    auto& insert = statement.Cast<duckdb::InsertStatement>();
    parts_.targets.push_back({&insert.catalog, &insert.schema, &insert.table, "INSERT"});
    ctes(insert.cte_map);
    if (insert.select_statement) query(*insert.select_statement);
    if (insert.on_conflict_info) {
        set_info(insert.on_conflict_info->set_info.get());
        expression(insert.on_conflict_info->condition);
    }
    returning(insert.returning_list);
}

void TreeWalk::update(duckdb::SQLStatement& statement) {
    auto& update = statement.Cast<duckdb::UpdateStatement>();
    ctes(update.cte_map);
    changed_table(update.table.get(), "UPDATE");
    if (update.from_table) table(*update.from_table);
    set_info(update.set_info.get());
    returning(update.returning_list);
}

void TreeWalk::remove(duckdb::SQLStatement& statement) {
    auto& remove = statement.Cast<duckdb::DeleteStatement>();
    ctes(remove.cte_map);
    changed_table(remove.table.get(), "DELETE");
    for (auto& used : remove.using_clauses) table(*used);
    expression(remove.condition);
    returning(remove.returning_list);
}

void TreeWalk::merge(duckdb::SQLStatement& statement) {
    auto& merge = statement.Cast<duckdb::MergeIntoStatement>();
    ctes(merge.cte_map);
    changed_table(merge.target.get(), "MERGE");
    if (merge.source) table(*merge.source);
    expression(merge.join_condition);
    for (auto& [condition, actions] : merge.actions) {
        for (auto& action : actions) {
            expression(action->condition);
            set_info(action->update_info.get());
            expressions(action->expressions);
        }
    }
    returning(merge.returning_list);
}

void TreeWalk::create(duckdb::CreateInfo& info) {
    using duckdb::CatalogType;
    Target target{&info.catalog, &info.schema, nullptr, "CREATE SCHEMA"};
    switch (info.type) {
        case CatalogType::TABLE_ENTRY: {
            auto& create = info.Cast<duckdb::CreateTableInfo>();
            target.name = &create.table;
            target.verb = "CREATE TABLE";
            if (create.query) query(*create.query);
            if (visitor_ != nullptr) columns(create);
            break;
        }
        case CatalogType::VIEW_ENTRY: {
            auto& create = info.Cast<duckdb::CreateViewInfo>();
            target.name = &create.view_name;
            target.verb = "CREATE VIEW";
            if (create.query) query(*create.query);
            break;
        }
        case CatalogType::INDEX_ENTRY: {
            auto& create = info.Cast<duckdb::CreateIndexInfo>();
            target.name = &create.table;
            target.verb = "CREATE INDEX";
            expressions(create.expressions);
            break;
        }
        case CatalogType::SEQUENCE_ENTRY:
            target.name = &info.Cast<duckdb::CreateSequenceInfo>().name;
            target.verb = "CREATE SEQUENCE";
            break;
        case CatalogType::TYPE_ENTRY: {
            auto& create = info.Cast<duckdb::CreateTypeInfo>();
            target.name = &create.name;
            target.verb = "CREATE TYPE";
            if (create.query) statement(*create.query);
            break;
        }
        case CatalogType::MACRO_ENTRY:
        case CatalogType::TABLE_MACRO_ENTRY:
            target.name = &info.Cast<duckdb::CreateMacroInfo>().name;
            target.verb = "CREATE MACRO";
            target.is_macro = true;
            create_macro(info.Cast<duckdb::CreateMacroInfo>());
            break;
        default:
            break;
    }
    target.creates = info.type != CatalogType::INDEX_ENTRY;
    parts_.targets.push_back(target);
}

// The expressions are copied out and in: only a visitor comes here, since TreeParts would point at the copies.
void TreeWalk::columns(duckdb::CreateTableInfo& info) {
    for (duckdb::idx_t i = 0; i < info.columns.LogicalColumnCount(); ++i) {
        duckdb::ColumnDefinition& column = info.columns.GetColumnMutable(duckdb::LogicalIndex(i));
        if (column.Generated()) {
            auto generated = column.GeneratedExpression().Copy();
            expression(generated);
            column.SetGeneratedExpression(std::move(generated));
        } else if (column.HasDefaultValue()) {
            auto value = column.DefaultValue().Copy();
            expression(value);
            column.SetDefaultValue(std::move(value));
        }
    }
    for (auto& constraint : info.constraints) {
        if (constraint->type == duckdb::ConstraintType::CHECK)
            expression(constraint->Cast<duckdb::CheckConstraint>().expression);
    }
}

void TreeWalk::create_macro(duckdb::CreateMacroInfo& info) {
    for (auto& macro : info.macros) {
        for (auto& [name, value] : macro->default_parameters) expression(value);
        if (macro->type == duckdb::MacroType::SCALAR_MACRO) {
            expression(macro->Cast<duckdb::ScalarMacroFunction>().expression);
        } else {
            query(*macro->Cast<duckdb::TableMacroFunction>().query_node);
        }
    }
}

void TreeWalk::alter(duckdb::AlterInfo& info) {
    const bool comment =
        info.type == duckdb::AlterType::SET_COMMENT || info.type == duckdb::AlterType::SET_COLUMN_COMMENT;
    parts_.targets.push_back({&info.catalog, &info.schema, &info.name, comment ? "COMMENT" : "ALTER TABLE"});
    if (info.type != duckdb::AlterType::ALTER_TABLE) return;
    auto& table_info = info.Cast<duckdb::AlterTableInfo>();
    if (table_info.alter_table_type == duckdb::AlterTableType::ALTER_COLUMN_TYPE) {
        expression(table_info.Cast<duckdb::ChangeColumnTypeInfo>().expression);
    }
}

void TreeWalk::drop(duckdb::SQLStatement& statement) {
    auto& info = *statement.Cast<duckdb::DropStatement>().info;
    const bool schema = info.type == duckdb::CatalogType::SCHEMA_ENTRY;
    // DROP SCHEMA a.b holds the catalog in `catalog` and the schema in `name`.
    parts_.targets.push_back(
        {&info.catalog, schema ? &info.name : &info.schema, schema ? nullptr : &info.name, drop_verb(info)});
}

void TreeWalk::analyze(duckdb::SQLStatement& statement) {
    auto& info = *statement.Cast<duckdb::VacuumStatement>().info;
    changed_table(info.ref.get(), "ANALYZE");
}

}  // namespace smew::engine
