#include "engine/dialect_tree.hpp"

#include "engine/dialect_expressions.hpp"
#include "engine/dialect_joins.hpp"
#include "engine/parse_tree.hpp"
#include "pgcatalog/definitions.hpp"
#include "sql/lexer.hpp"

#include <duckdb/common/string_util.hpp>
#include <duckdb/parser/expression/list.hpp>
#include <duckdb/parser/parsed_data/create_info.hpp>
#include <duckdb/parser/query_node/list.hpp>
#include <duckdb/parser/statement/create_statement.hpp>
#include <duckdb/parser/tableref/list.hpp>

#include <algorithm>

namespace smew::engine {
namespace {

// PostgreSQL's NULLs are larger than everything.
void order_nulls(duckdb::vector<duckdb::OrderByNode>& orders) {
    for (duckdb::OrderByNode& order : orders) {
        if (order.null_order != duckdb::OrderByNullType::ORDER_DEFAULT) continue;
        const bool descending = order.type == duckdb::OrderType::DESCENDING;
        order.null_order = descending ? duckdb::OrderByNullType::NULLS_FIRST : duckdb::OrderByNullType::NULLS_LAST;
    }
}

bool mentions(std::string_view sql, std::string_view word) {
    sql::Lexer lexer(sql);
    for (sql::Token token = lexer.next(); token.kind != sql::TokenKind::kEnd; token = lexer.next()) {
        if (token.is(word)) return true;
    }
    return false;
}

// How FROM f(x) AS n names the column of a function that gives single values.
enum class ColumnName { kOwn, kAlias, kValue };
ColumnName column_name_of(const std::string& function) {
    if (function == "generate_series" || function == "unnest") return ColumnName::kAlias;
    const auto macros = pgcatalog::table_macros();
    const auto found = std::ranges::find(macros, function, &pgcatalog::TableMacro::name);
    if (found == macros.end()) return ColumnName::kOwn;
    if (found->unnamed) return ColumnName::kAlias;
    return function.find("_array_elements") != std::string::npos ? ColumnName::kValue : ColumnName::kOwn;
}

class PostgresDialect final : public TreeVisitor {
public:
    // `shown`: expressions that the catalogs show as they are kept, as those of a CHECK.
    PostgresDialect(const SourceText& source, bool shown) : source_(source), shown_(shown) {}

    void expression(ExpressionSlot& slot) override {
        using duckdb::ExpressionClass;
        switch (slot->GetExpressionClass()) {
            case ExpressionClass::FUNCTION:
                if (auto& order = slot->Cast<duckdb::FunctionExpression>().order_bys) order_nulls(order->orders);
                rewrite_regex(slot, source_);
                rewrite_operator(slot);
                if (slot->GetExpressionClass() == ExpressionClass::FUNCTION) rewrite_json_aggregate(slot);
                if (slot->GetExpressionClass() == ExpressionClass::FUNCTION) rewrite_date_part(slot, source_);
                if (slot->GetExpressionClass() == ExpressionClass::FUNCTION) rewrite_json_builder(slot);
                if (slot->GetExpressionClass() == ExpressionClass::FUNCTION)
                    rewrite_split(slot->Cast<duckdb::FunctionExpression>());
                if (slot->GetExpressionClass() == ExpressionClass::FUNCTION) rewrite_substring(slot);
                if (slot->GetExpressionClass() == ExpressionClass::FUNCTION && !shown_) rewrite_count(slot);
                break;
            case ExpressionClass::OPERATOR:
                rewrite_negated_regex(slot, source_);
                break;
            case ExpressionClass::WINDOW:
                order_nulls(slot->Cast<duckdb::WindowExpression>().orders);
                order_nulls(slot->Cast<duckdb::WindowExpression>().arg_orders);
                break;
            case ExpressionClass::CAST:
                rewrite_numeric(slot);
                if (slot->GetExpressionClass() == ExpressionClass::CAST) rewrite_text_length(slot);
                break;
            case ExpressionClass::COLLATE:
                rewrite_collation(slot);
                break;
            case ExpressionClass::BETWEEN:
                rewrite_between(slot);
                break;
            case ExpressionClass::SUBQUERY:
                rewrite_any_literal(slot);
                break;
            default:
                break;
        }
    }

    void query(duckdb::QueryNode& node) override {
        if (node.type == duckdb::QueryNodeType::SELECT_NODE) {
            for (auto& item : node.Cast<duckdb::SelectNode>().select_list) rewrite_series(item);
        }
        for (auto& modifier : node.modifiers) {
            if (modifier->type == duckdb::ResultModifierType::ORDER_MODIFIER)
                order_nulls(modifier->Cast<duckdb::OrderModifier>().orders);
        }
    }

    void table(duckdb::TableRef& ref) override {
        if (ref.sample) sample_percent(*ref.sample);
        if (ref.type == duckdb::TableReferenceType::JOIN) rewrite_any_in_join(ref.Cast<duckdb::JoinRef>());
        if (ref.type == duckdb::TableReferenceType::TABLE_FUNCTION) name_scalar(ref.Cast<duckdb::TableFunctionRef>());
    }

private:
    // TABLESAMPLE BERNOULLI (10) and SYSTEM (10) are a share of the rows.
    static void sample_percent(duckdb::SampleOptions& sample) {
        if (sample.is_percentage || sample.method == duckdb::SampleMethod::RESERVOIR_SAMPLE) return;
        sample.is_percentage = true;
        sample.sample_size = duckdb::Value::DOUBLE(sample.sample_size.GetValue<double>());
    }

    // FROM generate_series(1, 3) AS n: the column is called n, too. That of json_array_elements() has a name, but n
    // stands for its value as well: which of both is meant, the text tells.
    void name_scalar(duckdb::TableFunctionRef& ref) const {
        if (ref.alias.empty() || !ref.column_name_alias.empty()) return;
        if (ref.function->GetExpressionClass() != duckdb::ExpressionClass::FUNCTION) return;
        const ColumnName name = column_name_of(ref.function->Cast<duckdb::FunctionExpression>().function_name);
        const bool aliased =
            name == ColumnName::kAlias || (name == ColumnName::kValue && !mentions(source_.parsed(), "value"));
        if (aliased) ref.column_name_alias.push_back(ref.alias);
    }

    const SourceText& source_;
    const bool shown_;
};

bool defines_table(const duckdb::SQLStatement& statement) {
    if (statement.type == duckdb::StatementType::ALTER_STATEMENT) return true;
    return statement.type == duckdb::StatementType::CREATE_STATEMENT &&
           statement.Cast<duckdb::CreateStatement>().info->type == duckdb::CatalogType::TABLE_ENTRY;
}

}  // namespace

void apply_postgres_dialect(duckdb::SQLStatement& statement, const SourceText& source) {
    PostgresDialect dialect(source, defines_table(statement));
    visit(statement, dialect);
}

}  // namespace smew::engine
