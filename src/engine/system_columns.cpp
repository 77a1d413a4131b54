#include "engine/system_columns.hpp"

#include "engine/type_names.hpp"
#include "pgcatalog/system_relations.hpp"

#include <duckdb/common/string_util.hpp>
#include <duckdb/parser/expression/cast_expression.hpp>
#include <duckdb/parser/expression/columnref_expression.hpp>
#include <duckdb/parser/expression/constant_expression.hpp>
#include <duckdb/parser/expression/function_expression.hpp>
#include <duckdb/parser/query_node/select_node.hpp>
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
    return name == "tableoid" || name == "xmin";
}

std::uint32_t catalog_oid(const duckdb::BaseTableRef& table) {
    const std::string schema = StringUtil::Lower(table.schema_name);
    if (!schema.empty() && schema != "pg_catalog") return 0;
    return pgcatalog::system_relation_oid("pg_catalog", StringUtil::Lower(table.table_name));
}

// The tables of one FROM by the name their columns are written behind, catalogs with their OID and others with 0. A
// column without a name in front is of the only table.
class Scope {
public:
    explicit Scope(const duckdb::TableRef& from) {
        add(from);
        if (tables_.size() == 1) tables_.emplace("", tables_.begin()->second);
    }
    std::optional<std::uint32_t> find(const duckdb::ColumnRefExpression& column) const {
        const auto& names = column.column_names;
        const auto found = tables_.find(names.size() < 2 ? "" : StringUtil::Lower(names[names.size() - 2]));
        return found == tables_.end() ? std::nullopt : std::optional(found->second);
    }

private:
    void add(const duckdb::TableRef& from) {
        if (from.type == duckdb::TableReferenceType::JOIN) {
            const auto& join = from.Cast<duckdb::JoinRef>();
            add(*join.left);
            add(*join.right);
        } else if (from.type == duckdb::TableReferenceType::BASE_TABLE) {
            const auto& table = from.Cast<duckdb::BaseTableRef>();
            tables_.emplace(StringUtil::Lower(table.alias.empty() ? table.table_name : table.alias),
                            catalog_oid(table));
        } else {
            tables_.emplace(StringUtil::Lower(from.alias), 0);
        }
    }

    std::map<std::string, std::uint32_t, std::less<>> tables_;
};

Slot cast(Slot value, const duckdb::LogicalType& type) {
    return duckdb::make_uniq<duckdb::CastExpression>(type, std::move(value));
}

// Whoever keeps the last xmin and asks for rows with another is given all of them.
Slot value_of(const std::string& column, std::uint32_t catalog) {
    if (column == "tableoid") {
        return cast(duckdb::make_uniq<duckdb::ConstantExpression>(duckdb::Value::BIGINT(catalog)), oid_type());
    }
    duckdb::vector<Slot> none;
    return cast(duckdb::make_uniq<duckdb::FunctionExpression>("txid_current", std::move(none)), aliased_type("xid"));
}

void rewrite(Slot& slot, std::uint32_t catalog) {
    const auto& column = slot->Cast<duckdb::ColumnRefExpression>();
    const std::string alias = column.GetAlias().empty() ? column.GetColumnName() : column.GetAlias();
    Slot value = value_of(column.GetColumnName(), catalog);
    value->SetAlias(alias);
    slot = std::move(value);
}

// A query is visited after all it holds, so what is still open then is its own or that of a query around it.
class Rewriter final : public TreeVisitor {
public:
    void expression(Slot& slot) override {
        if (slot->GetExpressionClass() != duckdb::ExpressionClass::COLUMN_REF) return;
        if (is_system_column(slot->Cast<duckdb::ColumnRefExpression>())) open_.push_back(&slot);
    }

    void query(duckdb::QueryNode& node) override {
        if (node.type != duckdb::QueryNodeType::SELECT_NODE || open_.empty()) return;
        const auto& from = node.Cast<duckdb::SelectNode>().from_table;
        if (!from) return;
        const Scope scope(*from);
        std::erase_if(open_, [&](Slot* slot) {
            const auto catalog = scope.find((*slot)->Cast<duckdb::ColumnRefExpression>());
            if (catalog && *catalog != 0) rewrite(*slot, *catalog);
            return catalog.has_value();
        });
    }

private:
    std::vector<Slot*> open_;
};

}  // namespace

bool names_system_columns(const TreeParts& parts) {
    return std::ranges::any_of(parts.columns, [](const auto* column) { return is_system_column(*column); });
}

void rewrite_system_columns(duckdb::SQLStatement& statement) {
    Rewriter rewriter;
    visit(statement, rewriter);
}

}  // namespace smew::engine
