#include "engine/lasting_plan.hpp"

#include "engine/plan_size.hpp"

#include <duckdb/catalog/catalog_entry/table_catalog_entry.hpp>
#include <duckdb/execution/expression_executor.hpp>
#include <duckdb/execution/physical_plan_generator.hpp>
#include <duckdb/function/table/table_scan.hpp>
#include <duckdb/main/client_context_state.hpp>
#include <duckdb/optimizer/optimizer.hpp>
#include <duckdb/parser/constraints/unique_constraint.hpp>
#include <duckdb/planner/expression/bound_between_expression.hpp>
#include <duckdb/planner/expression/bound_columnref_expression.hpp>
#include <duckdb/planner/expression/bound_comparison_expression.hpp>
#include <duckdb/planner/expression/bound_conjunction_expression.hpp>
#include <duckdb/planner/expression/bound_constant_expression.hpp>
#include <duckdb/planner/expression/bound_function_expression.hpp>
#include <duckdb/planner/expression/bound_parameter_expression.hpp>
#include <duckdb/planner/expression_iterator.hpp>
#include <duckdb/planner/filter/constant_filter.hpp>
#include <duckdb/planner/operator/logical_filter.hpp>
#include <duckdb/planner/operator/logical_get.hpp>
#include <duckdb/planner/planner.hpp>

#include <algorithm>
#include <set>

namespace smew::engine {
namespace {

using duckdb::ExpressionType;
using duckdb::LogicalOperatorType;

// Values (rows times columns) that a plan may read for planning it with each set of values to be the greater cost:
// planning takes 250 to 400 µs, and a value 1 to 2 ns.
constexpr duckdb::idx_t kValuesWorthPlanning = 150'000;
constexpr const char* kKey = "smew lasting plan";

// Says to the hooks that the plan they see is to last, and takes what they find.
class Planning final : public duckdb::ClientContextState {
public:
    bool running = false;
    bool possible = true;
    std::vector<LastingPlan::Bound> bounds;
};

Planning& planning_of(duckdb::ClientContext& context) {
    return *context.registered_state->GetOrCreate<Planning>(kKey);
}

class PlanningScope {
public:
    explicit PlanningScope(Planning& planning) : planning_(planning) {
        planning_.running = true;
        planning_.possible = true;
        planning_.bounds.clear();
    }
    ~PlanningScope() { planning_.running = false; }
    PlanningScope(const PlanningScope&) = delete;
    PlanningScope& operator=(const PlanningScope&) = delete;

private:
    Planning& planning_;
};

bool reads_duckdb_table(const duckdb::LogicalGet& get) {
    const auto table = get.GetTable();
    return table && table->IsDuckTable() && get.function.statistics_extended;
}

// How many distinct values there are serves to order joins and may be wrong; what the values are may not.
duckdb::unique_ptr<duckdb::BaseStatistics> statistics_that_last(duckdb::ClientContext& context,
                                                                duckdb::TableFunctionGetStatisticsInput& input) {
    const auto now = duckdb::TableScanFunction::GetFunction().statistics_extended(context, input);
    if (!now) return nullptr;
    auto unknown = duckdb::BaseStatistics::CreateUnknown(now->GetType());
    unknown.SetDistinctCount(now->GetDistinctCount());
    return unknown.ToUnique();
}

// A parameter in a filter that is pushed into a scan loses its type ("to force a re-bind"), so none is while DuckDB
// optimizes; narrow() does it at each execution. A scan that is narrowed finds few rows: to fetch their other columns by a
// second scan, as late materialization does, which nothing narrows, would be the greater part of the work.
void prepare_scan(duckdb::LogicalGet& get) {
    get.function.statistics_extended = statistics_that_last;
    get.function.get_partition_stats = nullptr;
    get.function.pushdown_complex_filter = nullptr;
    get.function.filter_pushdown = false;
    get.function.late_materialization = false;
}

void prepare_scans(duckdb::LogicalOperator& op, bool& possible) {
    if (op.type == LogicalOperatorType::LOGICAL_GET) {
        auto& get = op.Cast<duckdb::LogicalGet>();
        // Functions may have bound what holds for this execution only.
        possible = possible && reads_duckdb_table(get);
        if (possible) prepare_scan(get);
    }
    for (auto& child : op.children) prepare_scans(*child, possible);
}

bool is_unique(duckdb::LogicalGet& get, duckdb::idx_t column) {
    const auto& constraints = get.GetTable()->GetConstraints();
    return std::any_of(constraints.begin(), constraints.end(), [&](const auto& constraint) {
        if (constraint->type != duckdb::ConstraintType::UNIQUE) return false;
        const auto keys =
            constraint->template Cast<duckdb::UniqueConstraint>().GetLogicalIndexes(get.GetTable()->GetColumns());
        return keys.size() == 1 && keys[0].index == get.GetColumnIds()[column].GetPrimaryIndex();
    });
}

bool can_be_narrowed_by(const duckdb::LogicalType& type) {
    return duckdb::TypeIsNumeric(type.InternalType()) || type == duckdb::LogicalType(duckdb::LogicalTypeId::VARCHAR);
}

// The same whenever in a statement it is asked for, also before: of constants and of the session's settings, as row
// filters of views compare with.
bool is_known_before(const duckdb::Expression& expression) {
    using duckdb::ExpressionClass;
    switch (expression.GetExpressionClass()) {
        case ExpressionClass::BOUND_FUNCTION: {
            const auto& function = expression.Cast<duckdb::BoundFunctionExpression>().function;
            if (function.GetStability() != duckdb::FunctionStability::CONSISTENT && function.name != "current_setting")
                return false;
            break;
        }
        case ExpressionClass::BOUND_CONSTANT:
        case ExpressionClass::BOUND_CAST:
        case ExpressionClass::BOUND_CASE:
        case ExpressionClass::BOUND_COMPARISON:
        case ExpressionClass::BOUND_OPERATOR:
            break;
        default:
            return false;
    }
    bool known = true;
    duckdb::ExpressionIterator::EnumerateChildren(
        expression, [&](const duckdb::Expression& child) { known = known && is_known_before(child); });
    return known;
}

// NULL where it has none: what it fails with the plan's own filter fails with as well.
duckdb::Value value_of(duckdb::ClientContext& context, const duckdb::Expression& expression) {
    try {
        return duckdb::ExpressionExecutor::EvaluateScalar(context, expression, true);
    } catch (const std::exception&) {
        return duckdb::Value();
    }
}

class BoundFinder {
public:
    BoundFinder(duckdb::LogicalGet& get, std::vector<LastingPlan::Bound>& found) : get_(get), found_(found) {}

    void look_at(const duckdb::Expression& expression) {
        switch (expression.GetExpressionClass()) {
            case duckdb::ExpressionClass::BOUND_COMPARISON: {
                const auto& comparison = expression.Cast<duckdb::BoundComparisonExpression>();
                take(*comparison.left, comparison.GetExpressionType(), *comparison.right);
                take(*comparison.right, duckdb::FlipComparisonExpression(comparison.GetExpressionType()),
                     *comparison.left);
                break;
            }
            case duckdb::ExpressionClass::BOUND_BETWEEN: {
                const auto& between = expression.Cast<duckdb::BoundBetweenExpression>();
                take(*between.input, between.LowerComparisonType(), *between.lower);
                take(*between.input, between.UpperComparisonType(), *between.upper);
                break;
            }
            case duckdb::ExpressionClass::BOUND_CONJUNCTION:
                if (expression.GetExpressionType() != ExpressionType::CONJUNCTION_AND) break;
                for (const auto& child : expression.Cast<duckdb::BoundConjunctionExpression>().children)
                    look_at(*child);
                break;
            default:
                break;
        }
    }

private:
    static bool is_bound(ExpressionType comparison) {
        return comparison == ExpressionType::COMPARE_EQUAL || comparison == ExpressionType::COMPARE_LESSTHAN ||
               comparison == ExpressionType::COMPARE_LESSTHANOREQUALTO ||
               comparison == ExpressionType::COMPARE_GREATERTHAN ||
               comparison == ExpressionType::COMPARE_GREATERTHANOREQUALTO;
    }

    void take(const duckdb::Expression& column, ExpressionType comparison, const duckdb::Expression& value) {
        const bool constant = value.GetExpressionClass() == duckdb::ExpressionClass::BOUND_CONSTANT;
        const bool parameter = value.GetExpressionClass() == duckdb::ExpressionClass::BOUND_PARAMETER;
        if (column.GetExpressionClass() != duckdb::ExpressionClass::BOUND_COLUMN_REF || !is_bound(comparison) ||
            !(parameter || is_known_before(value)))
            return;
        const auto& reference = column.Cast<duckdb::BoundColumnRefExpression>();
        const duckdb::idx_t index = reference.binding.column_index;
        if (reference.binding.table_index != get_.table_index || index >= get_.GetColumnIds().size()) return;
        if (get_.GetColumnIds()[index].IsVirtualColumn() || get_.GetColumnIds()[index].HasChildren()) return;
        if (column.return_type != value.return_type || !can_be_narrowed_by(column.return_type)) return;
        if (!get_.dynamic_filters) get_.dynamic_filters = duckdb::make_shared_ptr<duckdb::DynamicTableFilterSet>();
        found_.push_back({get_.dynamic_filters, index, column.return_type, comparison,
                          parameter ? value.Cast<duckdb::BoundParameterExpression>().identifier : "",
                          constant ? value.Cast<duckdb::BoundConstantExpression>().value : duckdb::Value(),
                          constant || parameter ? nullptr : value.Copy(),
                          comparison == ExpressionType::COMPARE_EQUAL && is_unique(get_, index)});
    }

    duckdb::LogicalGet& get_;
    std::vector<LastingPlan::Bound>& found_;
};

void find_bounds(duckdb::LogicalOperator& op, std::vector<LastingPlan::Bound>& found) {
    if (op.type == LogicalOperatorType::LOGICAL_FILTER && op.children[0]->type == LogicalOperatorType::LOGICAL_GET) {
        BoundFinder finder(op.children[0]->Cast<duckdb::LogicalGet>(), found);
        for (const auto& expression : op.expressions) finder.look_at(*expression);
    }
    for (auto& child : op.children) find_bounds(*child, found);
}

// What ClientContext does with a statement, but for the refusal to keep the plan.
duckdb::shared_ptr<duckdb::PreparedStatementData> plan(duckdb::ClientContext& context, Planning& planning,
                                                       duckdb::unique_ptr<duckdb::SQLStatement> statement) {
    duckdb::Planner planner(context);
    auto data = duckdb::make_shared_ptr<duckdb::PreparedStatementData>(statement->type);
    data->unbound_statement = statement->Copy();
    planner.CreatePlan(std::move(statement));
    data->names = planner.names;
    data->types = planner.types;
    data->value_map = std::move(planner.value_map);
    data->properties = planner.properties;
    if (!planner.plan || !data->properties.bound_all_parameters || data->properties.always_require_rebind) return {};
    auto logical = std::move(planner.plan);
    if (logical->RequireOptimizer()) logical = duckdb::Optimizer(*planner.binder, context).Optimize(std::move(logical));
    if (!planning.possible) return {};
    data->physical_plan = duckdb::PhysicalPlanGenerator(context).Plan(std::move(logical));
    return data;
}

// Nothing that fails here is an error of the statement, nor may it end a transaction: it is planned with values then.
duckdb::shared_ptr<duckdb::PreparedStatementData> try_to_plan(duckdb::ClientContext& context, Planning& planning,
                                                              duckdb::unique_ptr<duckdb::SQLStatement> statement) {
    try {
        return plan(context, planning, std::move(statement));
    } catch (const std::exception&) {
        return {};
    }
}

}  // namespace

LastingPlan LastingPlan::make(duckdb::ClientContext& context, duckdb::unique_ptr<duckdb::SQLStatement> statement) {
    Planning& planning = planning_of(context);
    const PlanningScope scope(planning);
    LastingPlan result;
    context.RunFunctionInTransaction(
        [&] {
            result.data_ = try_to_plan(context, planning, std::move(statement));
            result.bounds_ = std::move(planning.bounds);
            if (result.data_) result.weigh_scans(result.data_->physical_plan->Root());
            if (!result.worth_it(context)) result = {};
        },
        false);
    return result;
}

// A scan that is narrowed for equality reads the columns it is narrowed by, and of the others what is left; by a key,
// one row.
duckdb::idx_t LastingPlan::columns_read(const duckdb::PhysicalTableScan& scan) const {
    std::set<duckdb::idx_t> compared;
    for (const Bound& bound : bounds_) {
        if (bound.comparison != ExpressionType::COMPARE_EQUAL || bound.scan.get() != scan.dynamic_filters.get())
            continue;
        if (bound.unique) return 0;
        compared.insert(bound.column);
    }
    return compared.empty() ? scan.column_ids.size() : compared.size();
}

void LastingPlan::weigh_scans(const duckdb::PhysicalOperator& op) {
    if (op.type == duckdb::PhysicalOperatorType::TABLE_SCAN) {
        const auto& scan = op.Cast<duckdb::PhysicalTableScan>();
        if (const duckdb::idx_t columns = columns_read(scan); columns != 0) scans_.push_back({&scan, columns});
    }
    for (const auto& child : op.GetChildren()) weigh_scans(child.get());
}

bool LastingPlan::worth_it(duckdb::ClientContext& context) const {
    duckdb::idx_t values = 0;
    for (const Scan& scan : scans_) {
        values += values_of(rows_read(context, scan.op->function, scan.op->bind_data.get()), scan.columns);
        if (values > kValuesWorthPlanning) return false;
    }
    return data_ != nullptr;
}

void LastingPlan::narrow(duckdb::ClientContext& context, const Values& values) const {
    const duckdb::PhysicalOperator& key = data_->physical_plan->Root();
    for (const Bound& bound : bounds_) bound.scan->ClearFilters(key);
    for (const Bound& bound : bounds_) {
        const auto found = values.find(bound.parameter);
        const duckdb::Value value = bound.expression        ? value_of(context, *bound.expression)
                                    : found == values.end() ? bound.constant
                                                            : found->second.GetValue();
        if (value.IsNull() || value.type() != bound.type) continue;
        bound.scan->PushFilter(key, bound.column, duckdb::make_uniq<duckdb::ConstantFilter>(bound.comparison, value));
    }
}

void before_optimizing_to_last(duckdb::ClientContext& context, duckdb::LogicalOperator& plan) {
    Planning& planning = planning_of(context);
    if (planning.running) prepare_scans(plan, planning.possible);
}

void after_optimizing_to_last(duckdb::ClientContext& context, duckdb::LogicalOperator& plan) {
    Planning& planning = planning_of(context);
    if (planning.running && planning.possible) find_bounds(plan, planning.bounds);
}

}  // namespace smew::engine
