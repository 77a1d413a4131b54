#include "engine/dialect_tree.hpp"

#include "engine/dialect_expressions.hpp"
#include "engine/parse_tree.hpp"

#include <duckdb/common/string_util.hpp>
#include <duckdb/parser/expression/list.hpp>
#include <duckdb/parser/query_node/list.hpp>
#include <duckdb/parser/tableref/list.hpp>

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

class PostgresDialect final : public TreeVisitor {
public:
    explicit PostgresDialect(const SourceText& source) : source_(source) {}

    void expression(ExpressionSlot& slot) override {
        using duckdb::ExpressionClass;
        switch (slot->GetExpressionClass()) {
            case ExpressionClass::FUNCTION:
                if (auto& order = slot->Cast<duckdb::FunctionExpression>().order_bys) order_nulls(order->orders);
                rewrite_regex(slot, source_);
                rewrite_operator(slot);
                if (slot->GetExpressionClass() == ExpressionClass::FUNCTION) rewrite_date_part(slot, source_);
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
        if (ref.type == duckdb::TableReferenceType::TABLE_FUNCTION) name_scalar(ref.Cast<duckdb::TableFunctionRef>());
    }

private:
    // TABLESAMPLE BERNOULLI (10) and SYSTEM (10) are a share of the rows.
    static void sample_percent(duckdb::SampleOptions& sample) {
        if (sample.is_percentage || sample.method == duckdb::SampleMethod::RESERVOIR_SAMPLE) return;
        sample.is_percentage = true;
        sample.sample_size = duckdb::Value::DOUBLE(sample.sample_size.GetValue<double>());
    }

    // FROM generate_series(1, 3) AS n: the column is called n, too.
    static void name_scalar(duckdb::TableFunctionRef& ref) {
        if (ref.alias.empty() || !ref.column_name_alias.empty()) return;
        if (ref.function->GetExpressionClass() != duckdb::ExpressionClass::FUNCTION) return;
        const std::string& name = ref.function->Cast<duckdb::FunctionExpression>().function_name;
        if (name == "generate_series" || name == "unnest") ref.column_name_alias.push_back(ref.alias);
    }

    const SourceText& source_;
};

}  // namespace

void apply_postgres_dialect(duckdb::SQLStatement& statement, const SourceText& source) {
    PostgresDialect dialect(source);
    visit(statement, dialect);
}

}  // namespace smew::engine
