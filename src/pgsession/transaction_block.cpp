#include "pgsession/transaction_block.hpp"

namespace smew::pgsession {
namespace {

// The tag without its counts, as errors name a statement.
std::string tag_name(engine::StatementKind kind) {
    if (kind == engine::StatementKind::kCreateTableAs) return "CREATE TABLE AS";
    const std::string tag = command_tag(kind, "statement", false, 0);
    return tag.substr(0, tag.find(" 0"));
}

}  // namespace

void TransactionBlock::attach(engine::Connection* connection) {
    connection_ = connection;
    open_ = false;
}

pgproto::TransactionStatus TransactionBlock::status() const {
    if (state_ == State::kExplicit) return pgproto::TransactionStatus::kInTransaction;
    return failed() ? pgproto::TransactionStatus::kFailed : pgproto::TransactionStatus::kIdle;
}

void TransactionBlock::apply(const TransactionModes& modes) {
    const auto set = [&](std::string_view name, const std::string& value) {
        // Values are of the table's own choices, so this cannot fail.
        (void)settings_.set(name, {value}, Settings::Scope::kTransaction, true);
    };
    if (!modes.isolation.empty()) set("transaction_isolation", modes.isolation);
    if (modes.read_only) set("transaction_read_only", *modes.read_only ? "on" : "off");
    if (modes.deferrable) set("transaction_deferrable", *modes.deferrable ? "on" : "off");
}

void TransactionBlock::begin(const TransactionModes& modes) {
    if (is_explicit()) return;
    state_ = State::kExplicit;
    TransactionModes defaults;
    const std::string& isolation = settings_.value(Setting::kDefaultTransactionIsolation);
    if (isolation != settings_.value(Setting::kTransactionIsolation)) defaults.isolation = isolation;
    if (settings_.is_on(Setting::kDefaultTransactionReadOnly)) defaults.read_only = true;
    if (settings_.is_on(Setting::kDefaultTransactionDeferrable)) defaults.deferrable = true;
    apply(defaults);
    apply(modes);
}

void TransactionBlock::begin_implicit() {
    if (state_ == State::kNone) state_ = State::kImplicit;
}

Result<void> TransactionBlock::set_modes(const TransactionModes& modes) {
    if (open_ && !modes.isolation.empty() && modes.isolation != settings_.value(Setting::kTransactionIsolation)) {
        return Error{sqlstate::kActiveTransaction, "SET TRANSACTION ISOLATION LEVEL must be called before any query"};
    }
    apply(modes);
    return {};
}

Result<void> TransactionBlock::admit(engine::StatementKind kind, bool alone) {
    const Setting read_only_setting =
        is_explicit() ? Setting::kTransactionReadOnly : Setting::kDefaultTransactionReadOnly;
    const bool read_only = reads_only_ || settings_.is_on(read_only_setting);
    const bool writes = is_write(kind);
    if (read_only && writes && kind != engine::StatementKind::kExplain) {
        return Error{sqlstate::kReadOnlyTransaction,
                     "cannot execute " + tag_name(kind) + " in a read-only transaction"};
    }
    if (!open_ && (state_ == State::kExplicit || (writes && !alone))) {
        if (const Result<void> begun = begin_in_engine(read_only); !begun) return begun;
    }
    running_ = writes ? Running::kChange : Running::kRead;
    if (!writes) return {};
    if (open_) changes_.begin();
    if (!open_) committing_.emplace(fence_);
    return {};
}

Result<void> TransactionBlock::begin_in_engine(bool read_only) {
    fence_mark_ = fence_.mark();
    const Result<void> begun =
        connection_->run_internal(read_only ? "BEGIN TRANSACTION READ ONLY" : "BEGIN TRANSACTION");
    if (begun) open_ = true;
    return begun;
}

void TransactionBlock::keep_change(const StatementPtr& statement, std::span<const engine::ParameterValue> parameters,
                                   std::uint64_t rows) {
    if (state_ == State::kExplicit && running_ == Running::kChange) changes_.keep(statement, parameters, rows);
}

void TransactionBlock::statement_over() {
    running_ = Running::kNothing;
    committing_.reset();
}

Result<void> TransactionBlock::commit() {
    if (failed()) {
        rollback();
        return {};
    }
    Result<void> committed;
    if (open_) {
        const WriteFence::Commit committing(fence_);
        committed = connection_->run_internal("COMMIT");
    }
    if (!committed) {
        rollback();
        return committed;
    }
    open_ = false;
    settings_.commit();
    forget();
    return committed;
}

void TransactionBlock::roll_back_engine() {
    // An engine that cannot roll back has ended the transaction itself.
    if (open_) (void)connection_->run_internal("ROLLBACK");
    open_ = false;
}

void TransactionBlock::rollback() {
    roll_back_engine();
    settings_.rollback();
    forget();
}

void TransactionBlock::forget() {
    state_ = State::kNone;
    savepoints_.clear();
    changes_.clear();
    torn_ = false;
    statement_over();
}

void TransactionBlock::abort() {
    if (is_explicit() && !savepoints_.empty()) {
        abort_to_savepoint();
        return;
    }
    const bool stays = is_explicit();
    rollback();
    if (stays) state_ = State::kFailed;
}

}  // namespace smew::pgsession
