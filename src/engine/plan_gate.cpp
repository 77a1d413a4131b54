#include "engine/plan_gate.hpp"

#include "engine/catalog_order.hpp"
#include "engine/errors.hpp"
#include "engine/function_policy.hpp"
#include "engine/lasting_plan.hpp"
#include "engine/plain_limit.hpp"
#include "engine/plan_names.hpp"
#include "engine/plan_size.hpp"
#include "engine/session_state.hpp"
#include "engine/zoned_text.hpp"

#include <duckdb/catalog/catalog_entry/table_catalog_entry.hpp>
#include <duckdb/main/config.hpp>
#include <duckdb/optimizer/optimizer.hpp>
#include <duckdb/optimizer/optimizer_extension.hpp>
#include <duckdb/planner/binder.hpp>
#include <duckdb/planner/operator/logical_copy_to_file.hpp>
#include <duckdb/planner/operator/logical_get.hpp>
#include <duckdb/planner/planner_extension.hpp>

namespace smew::engine {
namespace {

[[noreturn]] void refuse(const std::string& what) {
    throw_through_duckdb(
        {sqlstate::kInsufficientPrivilege, "permission denied: " + what + " is not allowed in a workspace"});
}

// Every catalog a statement reads or changes is listed here by the binder, also behind views and in subqueries.
void check_catalogs(const SessionState& session, const duckdb::StatementProperties& properties) {
    for (const auto& [catalog, identity] : properties.read_databases) {
        if (!session.may_read(catalog)) refuse("reading another database");
    }
    for (const auto& [catalog, modification] : properties.modified_databases) {
        if (session.may_change(catalog)) continue;
        throw_through_duckdb({sqlstate::kReadOnlyTransaction, "project tables are read-only", "",
                              "Make a copy in the workspace: CREATE TABLE my_table AS SELECT * FROM …"});
    }
}

void check_scan(const SessionState& session, const duckdb::LogicalGet& get) {
    if (!is_workspace_table_function(get.function.name)) refuse("function " + get.function.name);
    const auto table = get.GetTable();
    if (table && !session.may_read(table->ParentCatalog().GetName())) refuse("reading another database");
}

void check_operators(const SessionState& session, const duckdb::LogicalOperator& op) {
    using duckdb::LogicalOperatorType;
    switch (op.type) {
        case LogicalOperatorType::LOGICAL_GET:
            check_scan(session, op.Cast<duckdb::LogicalGet>());
            break;
        case LogicalOperatorType::LOGICAL_COPY_TO_FILE:
            if (op.Cast<duckdb::LogicalCopyToFile>().file_path != session.file_target()) refuse("this statement");
            break;
        case LogicalOperatorType::LOGICAL_ATTACH:
        case LogicalOperatorType::LOGICAL_DETACH:
        case LogicalOperatorType::LOGICAL_COPY_DATABASE:
        case LogicalOperatorType::LOGICAL_EXPORT:
        case LogicalOperatorType::LOGICAL_LOAD:
        case LogicalOperatorType::LOGICAL_PRAGMA:
        case LogicalOperatorType::LOGICAL_SET:
        case LogicalOperatorType::LOGICAL_RESET:
        case LogicalOperatorType::LOGICAL_UPDATE_EXTENSIONS:
        case LogicalOperatorType::LOGICAL_CREATE_SECRET:
        case LogicalOperatorType::LOGICAL_EXTENSION_OPERATOR:
        case LogicalOperatorType::LOGICAL_EXECUTE:
        case LogicalOperatorType::LOGICAL_PREPARE:
            refuse("this statement");
        default:
            break;
    }
    for (const auto& child : op.children) check_operators(session, *child);
}

void after_binding(duckdb::PlannerExtensionInput& input, duckdb::BoundStatement& statement) {
    const auto session = SessionState::of(input.context);
    if (!session) return;
    session->count_plan();
    // Planning clears DuckDB's flag; what follows folds constants, which can take long.
    session->renew_interrupt(input.context);
    if (!session->gated) return;
    const duckdb::StatementProperties& properties = input.binder.GetStatementProperties();
    check_catalogs(*session, properties);
    session->plan_facts = facts_of(*statement.plan, *session, !properties.modified_databases.empty());
}

// Subqueries are joins by now, so the tree of operators is all there is.
void before_optimizing(duckdb::OptimizerExtensionInput& input, duckdb::unique_ptr<duckdb::LogicalOperator>& plan) {
    const auto session = SessionState::of(input.context);
    if (!session) return;
    if (session->gated) check_operators(*session, *plan);
    note_size(input.context, *plan);
    if (SessionState::speaks_postgres(input.context)) prepare_zoned_casts(input.context, *plan);
    order_catalog_columns(plan);
    let_plain_limits_stop_early(*plan);
    before_optimizing_to_last(input.context, *plan);
}

void after_optimizing(duckdb::OptimizerExtensionInput& input, duckdb::unique_ptr<duckdb::LogicalOperator>& plan) {
    if (!SessionState::of(input.context)) return;
    name_scans(*plan);
    note_cost(input.context, *plan);
    after_optimizing_to_last(input.context, *plan);
}

}  // namespace

void install_plan_gate(duckdb::DatabaseInstance& database) {
    duckdb::DBConfig& config = duckdb::DBConfig::GetConfig(database);
    duckdb::PlannerExtension planner;
    planner.post_bind_function = after_binding;
    duckdb::PlannerExtension::Register(config, std::move(planner));
    duckdb::OptimizerExtension optimizer;
    optimizer.pre_optimize_function = before_optimizing;
    optimizer.optimize_function = after_optimizing;
    duckdb::OptimizerExtension::Register(config, std::move(optimizer));
}

}  // namespace smew::engine
