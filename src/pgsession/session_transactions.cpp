// BEGIN, COMMIT and ROLLBACK as statements. Source: PostgreSQL 15, src/backend/access/transam/xact.c.
#include "pgsession/session_impl.hpp"

namespace smew::pgsession {
namespace {

// The modes of the block that ends, for AND CHAIN.
TransactionModes modes_of(const Settings& settings) {
    return {.isolation = settings.value(Setting::kTransactionIsolation),
            .read_only = settings.is_on(Setting::kTransactionReadOnly),
            .deferrable = settings.is_on(Setting::kTransactionDeferrable)};
}

Error chain_outside(std::string_view what) {
    return {sqlstate::kNoActiveTransaction, std::string(what) + " AND CHAIN can only be used in transaction blocks"};
}

}  // namespace

Result<void> SessionImpl::commit_block() {
    erase_portals();
    if (block_.open_in_engine()) begin_statement();
    return block_.commit();
}

void SessionImpl::roll_back_block() {
    erase_portals();
    block_.rollback();
}

Result<SessionImpl::Answer> SessionImpl::perform_one(const BeginCommand& command) {
    if (block_.is_explicit()) {
        warn(sqlstate::kActiveTransaction, "there is already a transaction in progress");
    } else {
        block_.begin(command.modes);
    }
    return Answer{command.start_form ? "START TRANSACTION" : "BEGIN", {}};
}

Result<SessionImpl::Answer> SessionImpl::perform_one(const CommitCommand& command) {
    if (!block_.is_explicit()) {
        if (command.chain) return chain_outside("COMMIT");
        warn(sqlstate::kNoActiveTransaction, "there is no transaction in progress");
    }
    const bool failed = block_.failed();
    const TransactionModes modes = modes_of(settings_);
    if (const Result<void> committed = commit_block(); !committed) return committed.error();
    if (command.chain) block_.begin(modes);
    return Answer{failed ? "ROLLBACK" : "COMMIT", {}};
}

Result<SessionImpl::Answer> SessionImpl::perform_one(const RollbackCommand& command) {
    if (!block_.is_explicit()) {
        if (command.chain) return chain_outside("ROLLBACK");
        warn(sqlstate::kNoActiveTransaction, "there is no transaction in progress");
    }
    const TransactionModes modes = modes_of(settings_);
    roll_back_block();
    if (command.chain) block_.begin(modes);
    return Answer{"ROLLBACK", {}};
}

}  // namespace smew::pgsession
