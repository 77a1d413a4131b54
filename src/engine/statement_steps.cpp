#include "engine/statement_steps.hpp"

#include "engine/profile.hpp"

#include <duckdb/main/query_result.hpp>
#include <duckdb/parser/parsed_data/transaction_info.hpp>
#include <duckdb/parser/statement/transaction_statement.hpp>

namespace smew::engine {
namespace {

class NoRows final : public Cursor {
public:
    Result<const Chunk*> next() override { return nullptr; }
    std::uint64_t rows_affected() const override { return 0; }
};

duckdb::unique_ptr<duckdb::SQLStatement> transaction(duckdb::TransactionType type) {
    return duckdb::make_uniq<duckdb::TransactionStatement>(duckdb::make_uniq<duckdb::TransactionInfo>(type));
}

}  // namespace

StatementSteps::StatementSteps(duckdb::shared_ptr<duckdb::ClientContext> context,
                               duckdb::shared_ptr<SessionState> session, ParsedStatement::Parts statement)
    : context_(std::move(context)),
      session_(std::move(session)),
      kind_(statement.kind),
      sql_(std::move(statement.sql)),
      steps_(std::move(statement.before)) {
    steps_.push_back(std::move(statement.tree));
    for (auto& step : statement.after) steps_.push_back(std::move(step));
}

Result<void> StatementSteps::run(duckdb::unique_ptr<duckdb::SQLStatement> step) {
    if (session_->reason() != CancelReason::kNone) return error_for(session_->reason());
    const auto result = context_->Query(std::move(step), duckdb::QueryParameters(false));
    if (!result->HasError()) return {};
    if (session_->reason() != CancelReason::kNone) return error_for(session_->reason());
    return sql_->error(result->GetErrorObject());
}

Result<void> StatementSteps::run() {
    for (const auto& step : steps_) {
        if (auto done = run(step->Copy()); !done) return done;
    }
    return {};
}

Result<std::unique_ptr<Cursor>> StatementSteps::execute(std::span<const ParameterValue>) {
    const bool own = context_->transaction.IsAutoCommit();
    profile_next(*context_, {});
    if (own) {
        if (auto begun = run(transaction(duckdb::TransactionType::BEGIN_TRANSACTION)); !begun) return begun.error();
    }
    auto done = run();
    if (own && done) done = run(transaction(duckdb::TransactionType::COMMIT));
    if (done) return std::unique_ptr<Cursor>(std::make_unique<NoRows>());
    // What failed may have been the commit, which leaves no transaction.
    if (own && !context_->transaction.IsAutoCommit())
        context_->Query(transaction(duckdb::TransactionType::ROLLBACK), duckdb::QueryParameters(false));
    return done.error();
}

}  // namespace smew::engine
