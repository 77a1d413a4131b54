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

// What can fail before the engine's COMMIT; it fails the whole transaction.
Result<void> SessionImpl::prepare_commit() {
    if (block_.failed()) return {};
    if (const Result<void> held = hold_cursors(); !held) return held;
    if (const Result<void> dropped = drop_transaction_tables(); !dropped) return dropped;
    return prepare_messages();
}

Result<void> SessionImpl::commit_block() {
    if (const Result<void> prepared = prepare_commit(); !prepared) {
        roll_back_block();
        return prepared;
    }
    if (block_.failed()) {
        messages_.clear();
        transaction_tables_.clear();
    }
    erase_portals();
    if (block_.open_in_engine()) begin_statement();
    if (const Result<void> committed = block_.commit(); !committed) {
        messages_.clear();
        return committed;
    }
    deliver_messages();
    return {};
}

void SessionImpl::roll_back_block() {
    erase_portals();
    messages_.clear();
    transaction_tables_.clear();
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

// ---------------------------------------------------------------- savepoints

Result<SessionImpl::Answer> SessionImpl::perform_one(const SavepointCommand& command) {
    const Result<void> set =
        block_.set_savepoint(command.name, {.portals = last_portal_, .messages = messages_.size()});
    if (!set) return set.error();
    return Answer{"SAVEPOINT", {}};
}

Result<SessionImpl::Answer> SessionImpl::perform_one(const ReleaseCommand& command) {
    if (const Result<void> released = block_.release(command.name); !released) return released.error();
    return Answer{"RELEASE", {}};
}

Result<SessionImpl::Answer> SessionImpl::perform_one(const RollbackToCommand& command) {
    // Changes may have to be made again, which can take as long as they took.
    begin_statement();
    // Cursors from before the savepoint live on, whatever becomes of the engine's transaction.
    if (connection_->transaction_usable()) spool_suspended();
    const Result<TransactionBlock::Marks> back = block_.roll_back_to(command.name);
    if (!back) return back.error();
    erase_portals_after(back->portals);
    messages_.truncate(back->messages);
    cache_.clear();  // plans may know tables that are no more
    return Answer{"ROLLBACK", {}};
}

}  // namespace smew::pgsession
