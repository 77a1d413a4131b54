#include "engine/system_columns.hpp"

#include "engine/type_names.hpp"
#include "pgcatalog/system_relations.hpp"

#include <duckdb/catalog/catalog.hpp>
#include <duckdb/catalog/catalog_entry/table_catalog_entry.hpp>
#include <duckdb/common/string_util.hpp>
#include <duckdb/parser/expression/cast_expression.hpp>
#include <duckdb/parser/expression/columnref_expression.hpp>
#include <duckdb/parser/expression/constant_expression.hpp>
#include <duckdb/parser/expression/function_expression.hpp>
#include <duckdb/parser/query_node/select_node.hpp>
#include <duckdb/parser/statement/delete_statement.hpp>
#include <duckdb/parser/statement/update_statement.hpp>
#include <duckdb/parser/tableref/basetableref.hpp>
#include <duckdb/parser/tableref/joinref.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

namespace smew::engine {
namespace {

using duckdb::StringUtil;
using Slot = duckdb::unique_ptr<duckdb::ParsedExpression>;

bool is_system_column(const duckdb::ColumnRefExpression& column) {
    const std::string& name = column.GetColumnName();
    return name == "tableoid" || name == "xmin" || name == "ctid";
}

std::uint32_t catalog_oid(const duckdb::BaseTableRef& table) {
    const std::string schema = StringUtil::Lower(table.schema_name);
    if (!schema.empty() && schema != "pg_catalog") return 0;
    return pgcatalog::system_relation_oid("pg_catalog", StringUtil::Lower(table.table_name));
}

// The tables of one FROM by the name their columns are written behind, nullptr for what is no table. A column without a
// name in front is of the only table.
class Scope {
public:
    using Table = const duckdb::BaseTableRef*;

    // nullopt: of a query around this one.
    std::optional<Table> find(const duckdb::ColumnRefExpression& column) const {
        const auto& names = column.column_names;
        if (names.size() < 2) return tables_.size() == 1 ? std::optional(tables_.begin()->second) : std::nullopt;
        const auto found = tables_.find(StringUtil::Lower(names[names.size() - 2]));
        return found == tables_.end() ? std::nullopt : std::optional(found->second);
    }

    void add(const duckdb::TableRef& from) {
        if (from.type == duckdb::TableReferenceType::JOIN) {
            const auto& join = from.Cast<duckdb::JoinRef>();
            add(*join.left);
            add(*join.right);
        } else if (from.type == duckdb::TableReferenceType::BASE_TABLE) {
            const auto& table = from.Cast<duckdb::BaseTableRef>();
            tables_.emplace(StringUtil::Lower(table.alias.empty() ? table.table_name : table.alias), &table);
        } else {
            tables_.emplace(StringUtil::Lower(from.alias), nullptr);
        }
    }

private:
    std::map<std::string, Table, std::less<>> tables_;
};

Slot cast(Slot value, const duckdb::LogicalType& type) {
    return duckdb::make_uniq<duckdb::CastExpression>(type, std::move(value));
}

// Whoever keeps the last xmin and asks for rows with another is given all of them.
Slot value_of(const duckdb::ColumnRefExpression& column, std::uint32_t catalog) {
    if (column.GetColumnName() == "ctid") {
        auto row = column.column_names;
        row.back() = "rowid";
        return cast(duckdb::make_uniq<duckdb::ColumnRefExpression>(std::move(row)), aliased_type("tid"));
    }
    if (column.GetColumnName() == "tableoid") {
        return cast(duckdb::make_uniq<duckdb::ConstantExpression>(duckdb::Value::BIGINT(catalog)), oid_type());
    }
    duckdb::vector<Slot> none;
    return cast(duckdb::make_uniq<duckdb::FunctionExpression>("txid_current", std::move(none)), aliased_type("xid"));
}

void rewrite(Slot& slot, std::uint32_t catalog) {
    const auto& column = slot->Cast<duckdb::ColumnRefExpression>();
    const std::string alias = column.GetAlias().empty() ? column.GetColumnName() : column.GetAlias();
    Slot value = value_of(column, catalog);
    value->SetAlias(alias);
    slot = std::move(value);
}

// A query is visited after all it holds, so what is still open then is its own or that of a query around it.
class Rewriter final : public TreeVisitor {
public:
    explicit Rewriter(const HasRowNumbers& has_row_numbers) : has_row_numbers_(has_row_numbers) {}

    void expression(Slot& slot) override {
        if (slot->GetExpressionClass() != duckdb::ExpressionClass::COLUMN_REF) return;
        if (is_system_column(slot->Cast<duckdb::ColumnRefExpression>())) open_.push_back(&slot);
    }

    void query(duckdb::QueryNode& node) override {
        if (node.type != duckdb::QueryNodeType::SELECT_NODE || open_.empty()) return;
        const auto& from = node.Cast<duckdb::SelectNode>().from_table;
        if (!from) return;
        Scope scope;
        scope.add(*from);
        close(scope);
    }

    void close(const Scope& scope) {
        std::erase_if(open_, [&](Slot* slot) {
            const auto& column = (*slot)->Cast<duckdb::ColumnRefExpression>();
            const auto table = scope.find(column);
            if (table && *table != nullptr && has_column(**table, column)) rewrite(*slot, catalog_oid(**table));
            return table.has_value();
        });
    }

private:
    bool has_column(const duckdb::BaseTableRef& table, const duckdb::ColumnRefExpression& column) const {
        const bool catalog = catalog_oid(table) != 0;
        return column.GetColumnName() == "ctid" ? !catalog && has_row_numbers_(table) : catalog;
    }

    const HasRowNumbers& has_row_numbers_;
    std::vector<Slot*> open_;
};

// What UPDATE and DELETE name outside of queries.
void close_change(duckdb::SQLStatement& statement, Rewriter& rewriter) {
    Scope scope;
    if (statement.type == duckdb::StatementType::UPDATE_STATEMENT) {
        const auto& update = statement.Cast<duckdb::UpdateStatement>();
        scope.add(*update.table);
        if (update.from_table) scope.add(*update.from_table);
    } else if (statement.type == duckdb::StatementType::DELETE_STATEMENT) {
        const auto& change = statement.Cast<duckdb::DeleteStatement>();
        scope.add(*change.table);
        for (const auto& other : change.using_clauses) scope.add(*other);
    }
    rewriter.close(scope);
}

}  // namespace

bool names_system_columns(const TreeParts& parts) {
    return std::ranges::any_of(parts.columns, [](const auto* column) { return is_system_column(*column); });
}

void rewrite_system_columns(duckdb::SQLStatement& statement, const HasRowNumbers& has_row_numbers) {
    Rewriter rewriter(has_row_numbers);
    visit(statement, rewriter);
    close_change(statement, rewriter);
}

bool has_row_numbers(duckdb::ClientContext& context, const duckdb::BaseTableRef& ref) {
    bool found = false;
    const std::string schema = StringUtil::CIEquals(ref.schema_name, "public") ? "main" : ref.schema_name;
    const auto look = [&] {
        const duckdb::EntryLookupInfo lookup(duckdb::CatalogType::TABLE_ENTRY, ref.table_name);
        const auto entry = duckdb::Catalog::GetEntry(context, "", schema, lookup, duckdb::OnEntryNotFound::RETURN_NULL);
        if (!entry || entry->type != duckdb::CatalogType::TABLE_ENTRY) return;
        found = !entry->Cast<duckdb::TableCatalogEntry>().ColumnExists("ctid");
    };
    context.RunFunctionInTransaction(look, false);
    return found;
}

}  // namespace smew::engine
