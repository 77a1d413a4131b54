#pragma once
// One statement of the user's that is several of DuckDB's, run as one: all of it or nothing. Internal to engine/.

#include "engine/engine.hpp"
#include "engine/session_state.hpp"
#include "engine/statement.hpp"

#include <duckdb/main/client_context.hpp>

#include <memory>
#include <vector>

namespace smew::engine {

class StatementSteps final : public Prepared {
public:
    StatementSteps(duckdb::shared_ptr<duckdb::ClientContext> context, duckdb::shared_ptr<SessionState> session,
                   ParsedStatement::Parts statement);

    StatementKind kind() const override { return kind_; }
    bool constant() const override { return false; }
    bool repeatable() const override { return false; }
    bool returns_rows() const override { return false; }
    const std::vector<ResultColumn>& columns() const override { return columns_; }
    const std::vector<Type>& parameter_types() const override { return parameter_types_; }
    Result<std::unique_ptr<Cursor>> execute(std::span<const ParameterValue> parameters) override;

private:
    Result<void> run();
    Result<void> run(duckdb::unique_ptr<duckdb::SQLStatement> step);

    duckdb::shared_ptr<duckdb::ClientContext> context_;
    duckdb::shared_ptr<SessionState> session_;
    const StatementKind kind_;
    std::shared_ptr<const SourceText> sql_;
    std::vector<duckdb::unique_ptr<duckdb::SQLStatement>> steps_;
    const std::vector<ResultColumn> columns_;
    const std::vector<Type> parameter_types_;
};

}  // namespace smew::engine
