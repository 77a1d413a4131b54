#include "engine/plan_size.hpp"

#include <duckdb/execution/operator/scan/physical_table_scan.hpp>
#include <duckdb/execution/physical_plan_generator.hpp>
#include <duckdb/main/client_context_state.hpp>
#include <duckdb/planner/expression/bound_aggregate_expression.hpp>
#include <duckdb/planner/operator/logical_aggregate.hpp>
#include <duckdb/planner/operator/logical_get.hpp>

#include <algorithm>

namespace smew::engine {
namespace {

// DuckDB shares a scan out by row groups of this many rows; of less, other threads have nothing.
constexpr duckdb::idx_t kShareableRows = 122'880;
constexpr const char* kKey = "smew plan size";

// For each value that is read. A number is read, compared, sorted and summed in some 100 ns together; what is done to
// a text or a list depends on how long it is.
constexpr duckdb::idx_t kMicrosOfNumber = 1, kMicrosOfOther = 50;

class LastPlan final : public duckdb::ClientContextState {
public:
    bool large = false;
    std::chrono::microseconds at_worst{0};
    PlanCost cost;
};

LastPlan& last_plan(duckdb::ClientContext& context) {
    return *context.registered_state->GetOrCreate<LastPlan>(kKey);
}

duckdb::idx_t micros_of_row(const duckdb::LogicalGet& get) {
    duckdb::idx_t sum = 0;
    for (const duckdb::ColumnIndex& column : get.GetColumnIds()) {
        const bool number =
            column.IsVirtualColumn() || duckdb::TypeIsConstantSize(get.GetColumnType(column).InternalType());
        sum += number ? kMicrosOfNumber : kMicrosOfOther;
    }
    return sum;
}

// At worst, of what a plan's scans read; kManyRows where nobody knows, and for what makes many rows of few.
duckdb::idx_t micros_at_worst(duckdb::ClientContext& context, const duckdb::LogicalOperator& op) {
    duckdb::idx_t sum = 0;
    switch (op.type) {
        case duckdb::LogicalOperatorType::LOGICAL_GET: {
            const auto& get = op.Cast<duckdb::LogicalGet>();
            sum = values_of(rows_read(context, get.function, get.bind_data.get()), micros_of_row(get));
            break;
        }
        case duckdb::LogicalOperatorType::LOGICAL_PROJECTION:
        case duckdb::LogicalOperatorType::LOGICAL_FILTER:
        case duckdb::LogicalOperatorType::LOGICAL_LIMIT:
        case duckdb::LogicalOperatorType::LOGICAL_ORDER_BY:
        case duckdb::LogicalOperatorType::LOGICAL_DISTINCT:
        case duckdb::LogicalOperatorType::LOGICAL_AGGREGATE_AND_GROUP_BY:
        case duckdb::LogicalOperatorType::LOGICAL_DUMMY_SCAN:
            break;
        default:
            return kManyRows;
    }
    for (const auto& child : op.children) sum = std::min(kManyRows, sum + micros_at_worst(context, *child));
    return sum;
}

bool scans_many_rows(duckdb::ClientContext& context, const duckdb::LogicalOperator& op) {
    if (op.type == duckdb::LogicalOperatorType::LOGICAL_GET) {
        const auto& get = op.Cast<duckdb::LogicalGet>();
        if (rows_read(context, get.function, get.bind_data.get()) > kShareableRows) return true;
    }
    return std::any_of(op.children.begin(), op.children.end(),
                       [&](const auto& child) { return scans_many_rows(context, *child); });
}

bool scans_many_rows(duckdb::ClientContext& context, const duckdb::PhysicalOperator& op) {
    if (op.type == duckdb::PhysicalOperatorType::TABLE_SCAN) {
        const auto& scan = op.Cast<duckdb::PhysicalTableScan>();
        if (rows_read(context, scan.function, scan.bind_data.get()) > kShareableRows) return true;
    }
    const auto children = op.GetChildren();
    return std::any_of(children.begin(), children.end(),
                       [&](const auto& child) { return scans_many_rows(context, child.get()); });
}

// A guess for what has no fixed size: a short text, a small list.
constexpr double kVariableBytes = 32;
constexpr double kRowOverhead = 16;  // its place in a hash table, or pointers in a sort

double row_bytes(duckdb::LogicalOperator& op) {
    if (op.types.empty()) op.ResolveOperatorTypes();
    double bytes = kRowOverhead;
    for (const duckdb::LogicalType& type : op.types) {
        const duckdb::PhysicalType internal = type.InternalType();
        bytes += duckdb::TypeIsConstantSize(internal) ? static_cast<double>(duckdb::GetTypeIdSize(internal))
                                                      : kVariableBytes;
    }
    return bytes;
}

double rows_of(duckdb::ClientContext& context, duckdb::LogicalOperator& op) {
    return static_cast<double>(op.EstimateCardinality(context));
}

double input_bytes(duckdb::ClientContext& context, duckdb::LogicalOperator& op, std::size_t child) {
    return rows_of(context, *op.children[child]) * row_bytes(*op.children[child]);
}

// Of aggregates without groups nothing is held but what list() and its like gather, and values to be told apart.
bool gathers(const duckdb::LogicalAggregate& aggregate) {
    if (!aggregate.groups.empty()) return true;
    return std::any_of(aggregate.expressions.begin(), aggregate.expressions.end(), [](const auto& expression) {
        const auto& call = expression->template Cast<duckdb::BoundAggregateExpression>();
        return call.IsDistinct() || !duckdb::TypeIsConstantSize(call.return_type.InternalType());
    });
}

double held_bytes(duckdb::ClientContext& context, duckdb::LogicalOperator& op) {
    using duckdb::LogicalOperatorType;
    switch (op.type) {
        case LogicalOperatorType::LOGICAL_ORDER_BY:
        case LogicalOperatorType::LOGICAL_DISTINCT:
        case LogicalOperatorType::LOGICAL_WINDOW:
        case LogicalOperatorType::LOGICAL_MATERIALIZED_CTE:
            return input_bytes(context, op, 0);
        case LogicalOperatorType::LOGICAL_AGGREGATE_AND_GROUP_BY:
            return gathers(op.Cast<duckdb::LogicalAggregate>()) ? input_bytes(context, op, 0) : 0;
        case LogicalOperatorType::LOGICAL_COMPARISON_JOIN:
        case LogicalOperatorType::LOGICAL_DELIM_JOIN:
        case LogicalOperatorType::LOGICAL_ANY_JOIN:
        case LogicalOperatorType::LOGICAL_CROSS_PRODUCT:
            return input_bytes(context, op, 1);  // the side the hash table is built of
        default:
            return 0;
    }
}

void add_cost(duckdb::ClientContext& context, duckdb::LogicalOperator& op, PlanCost& cost) {
    cost.bytes += held_bytes(context, op);
    for (const auto& child : op.children) add_cost(context, *child, cost);
}

}  // namespace

duckdb::idx_t rows_read(duckdb::ClientContext& context, const duckdb::TableFunction& function,
                        const duckdb::FunctionData* data) {
    const auto rows = function.cardinality ? function.cardinality(context, data) : nullptr;
    return rows && rows->has_estimated_cardinality ? std::min(kManyRows, rows->estimated_cardinality) : kManyRows;
}

duckdb::idx_t values_of(duckdb::idx_t rows, duckdb::idx_t columns) {
    return columns != 0 && rows >= kManyRows / columns ? kManyRows : rows * columns;
}

void note_cost(duckdb::ClientContext& context, duckdb::LogicalOperator& plan) {
    PlanCost cost;
    add_cost(context, plan, cost);
    last_plan(context).cost = cost;
}

PlanCost last_cost(duckdb::ClientContext& context) {
    return last_plan(context).cost;
}

void note_size(duckdb::ClientContext& context, duckdb::LogicalOperator& plan) {
    LastPlan& last = last_plan(context);
    last.large = scans_many_rows(context, plan);
    const duckdb::idx_t micros = micros_at_worst(context, plan);
    last.at_worst = micros >= kManyRows ? kForEver : std::chrono::microseconds(static_cast<std::int64_t>(micros));
}

bool last_plan_is_large(duckdb::ClientContext& context) {
    return last_plan(context).large;
}

std::chrono::microseconds last_plan_at_worst(duckdb::ClientContext& context) {
    return last_plan(context).at_worst;
}

bool is_large(duckdb::ClientContext& context, const duckdb::PreparedStatementData& statement) {
    return statement.physical_plan && scans_many_rows(context, statement.physical_plan->Root());
}

}  // namespace smew::engine
