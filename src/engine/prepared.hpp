#pragma once
// Prepared as the engine makes it: a DuckDB plan, the versions it was bound to, and when to make it anew. Internal to
// engine/.

#include "engine/cursor.hpp"
#include "engine/engine.hpp"
#include "engine/lasting_plan.hpp"
#include "engine/parameter_casts.hpp"
#include "engine/plan_size.hpp"
#include "engine/session_state.hpp"
#include "engine/statement.hpp"

#include <duckdb/main/prepared_statement.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace smew::engine {

class PlannedStatement final : public Prepared {
public:
    // Binds and plans. `parameter_types`: OIDs, 0 or missing where the client stated none.
    static Result<std::unique_ptr<Prepared>> make(duckdb::shared_ptr<duckdb::ClientContext> context,
                                                  duckdb::shared_ptr<SessionState> session,
                                                  ParsedStatement::Parts statement,
                                                  std::span<const std::uint32_t> parameter_types);

    StatementKind kind() const override { return kind_; }
    bool constant() const override { return constant_; }
    bool repeatable() const override { return repeatable_; }
    bool returns_rows() const override { return returns_rows_; }
    const std::vector<ResultColumn>& columns() const override { return columns_; }
    const std::vector<Type>& parameter_types() const override { return parameter_types_; }
    Result<std::unique_ptr<Cursor>> execute(std::span<const ParameterValue> parameters) override;
    // The plan was made for all values and rows, and is kept.
    bool lasts() const { return lasting_.data() != nullptr; }

private:
    using Tree = duckdb::unique_ptr<duckdb::SQLStatement>;
    using Types = duckdb::vector<duckdb::LogicalType>;

    PlannedStatement(duckdb::shared_ptr<duckdb::ClientContext> context, duckdb::shared_ptr<SessionState> session,
                     const ParsedStatement::Parts& statement);

    Result<void> plan(Tree tree);
    Result<void> plan_again();
    bool plan_to_last();
    Result<void> renew();
    bool is_planned_with_values() const;
    bool is_resolved() const;
    Result<void> resolve_unknown_parameters();
    Result<void> describe_by_example(const duckdb::SQLStatement& tree, const Types& known, const Result<void>& reason);
    void describe_result(const std::vector<std::optional<std::string>>& names);
    void find_array_types(const duckdb::SQLStatement& tree, Types& types);
    void describe_parameters();
    void take_facts();
    Result<bool> is_stale();
    std::uint64_t current_generation() const;
    Result<bool> versions_changed();
    bool reads_own_tables() const;
    bool rows_changed() const;
    bool would_be_narrowed() const;
    std::size_t parameter_of(const std::string& name) const;
    Result<void> bind_values(std::span<const ParameterValue> parameters);
    Result<void> check_columns(const Types& types, const duckdb::vector<std::string>& names) const;
    Result<std::unique_ptr<Cursor>> start();
    Error failure(const duckdb::ErrorData& error) const;

    duckdb::shared_ptr<duckdb::ClientContext> context_;
    duckdb::shared_ptr<SessionState> session_;
    const StatementKind kind_;
    bool constant_;
    std::chrono::microseconds at_worst_{0};  // what it takes, for all that is known of its plan
    std::optional<PlanCost> cost_;           // of the plan that is kept, or was made last
    bool returns_rows_ = false;
    bool repeatable_ = false;
    bool filters_by_settings_ = false;
    std::set<std::string> tables_;  // named in the statement
    std::vector<ColumnOrigin> origins_;
    std::shared_ptr<const SourceText> sql_;
    std::vector<ResultColumn> columns_;
    std::shared_ptr<std::vector<Type>> column_types_;
    std::vector<Type> parameter_types_;

    duckdb::unique_ptr<duckdb::PreparedStatement> planned_;
    Types types_;                                // of the columns, as first planned
    duckdb::vector<std::string> planned_names_;  // of the columns, as DuckDB calls them
    ParameterCasts casts_;                       // what was done to the tree before it was first planned
    Types parameter_types_as_planned_;
    duckdb::case_insensitive_map_t<duckdb::BoundParameterData> values_;
    std::vector<SessionState::Bound> bound_;  // project tables in the plan
    std::uint64_t generation_ = 0;            // of the resolver, when bound_ was last found current
    std::uint64_t path_ = 0;                  // of the search path
    std::uint64_t data_version_ = 0;          // of the workspace's tables, when it was planned
    std::uint64_t definitions_ = 0;           // their version when its parameters' types were found
    bool outdated_ = false;                   // DuckDB had to plan it anew: the catalog has changed
    LastingPlan lasting_;                     // when planned_ is one
    bool may_last_ = true;                    // until one turned out not to do
    bool executed_ = false;
    const std::shared_ptr<Pace> pace_ = std::make_shared<Pace>();
};

}  // namespace smew::engine
