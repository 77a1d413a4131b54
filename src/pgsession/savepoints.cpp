// Savepoints on an engine whose transactions do not nest. What came behind a savepoint is undone by starting the
// engine's transaction anew and making again what came before it; where that would not give what PostgreSQL gives, the
// client is told so and the block stays failed. Source for states and errors: PostgreSQL 15, xact.c.
#include "pgsession/transaction_block.hpp"

#include <algorithm>

namespace smew::pgsession {
namespace {

constexpr const char* kStartOver = "Roll the whole transaction back and run it again.";

Error only_in_blocks(const char* what) {
    return {sqlstate::kNoActiveTransaction, std::string(what) + " can only be used in transaction blocks"};
}

Error cannot_return(const std::string& name, std::string why, std::string hint) {
    return {sqlstate::kFeatureNotSupported, "cannot roll back to savepoint \"" + name + "\"", std::move(why),
            std::move(hint)};
}

Error snapshot_is_fixed(const std::string& name) {
    return cannot_return(name,
                         "The engine must start the transaction anew, which would then see what others have committed "
                         "meanwhile.",
                         std::string(kStartOver) + " At the level READ COMMITTED this is possible.");
}

Error not_repeatable(const std::string& name) {
    return cannot_return(
        name,
        "The engine must start the transaction anew, and a change made before the savepoint cannot "
        "be made again with the same result: it was too large, or used COPY, a sequence, a random "
        "value, a join or a query.",
        std::string(kStartOver) + " Savepoints set before the first change can always be returned to.");
}

Error others_committed() {
    return {sqlstate::kSerializationFailure,
            "could not repeat the changes made before the savepoint: another session has committed changes meanwhile",
            "", kStartOver};
}

}  // namespace

Result<void> TransactionBlock::set_savepoint(std::string name, const Marks& marks) {
    if (state_ != State::kExplicit) return only_in_blocks("SAVEPOINT");
    if (savepoints_.size() == kMaxSavepoints) {
        return Error{sqlstate::kProgramLimitExceeded, "too many savepoints", "",
                     "RELEASE those that are no longer needed."};
    }
    savepoints_.push_back({.name = std::move(name),
                           .changes = changes_.size(),
                           .snapshot = open_,
                           .settings = settings_.snapshot(),
                           .marks = marks});
    return {};
}

// Of equal names the one set last.
Result<std::vector<TransactionBlock::Savepoint>::iterator> TransactionBlock::find_savepoint(const std::string& name) {
    const auto found =
        std::find_if(savepoints_.rbegin(), savepoints_.rend(), [&](const auto& one) { return one.name == name; });
    if (found != savepoints_.rend()) return std::prev(found.base());
    return Error{sqlstate::kInvalidSavepoint, "savepoint \"" + name + "\" does not exist"};
}

Result<void> TransactionBlock::release(const std::string& name) {
    if (!is_explicit()) return only_in_blocks("RELEASE SAVEPOINT");
    const auto found = find_savepoint(name);
    if (!found) return found.error();
    savepoints_.erase(*found, savepoints_.end());
    return {};
}

Result<TransactionBlock::Marks> TransactionBlock::roll_back_to(const std::string& name) {
    if (!is_explicit()) return only_in_blocks("ROLLBACK TO SAVEPOINT");
    const auto found = find_savepoint(name);
    if (!found) return found.error();
    if (!stands_at(**found)) {
        if (const Result<void> begun = start_anew(**found); !begun) return begun.error();
    }
    savepoints_.erase(std::next(*found), savepoints_.end());
    changes_.truncate(savepoints_.back().changes);
    settings_.restore(*savepoints_.back().settings);
    state_ = State::kExplicit;
    return savepoints_.back().marks;
}

// Nothing has to be undone.
bool TransactionBlock::stands_at(const Savepoint& savepoint) const {
    return !torn_ && changes_.size() == savepoint.changes && (!open_ || connection_->transaction_usable());
}

Result<void> TransactionBlock::start_anew(const Savepoint& savepoint) {
    const std::string& level = settings_.value(Setting::kTransactionIsolation);
    const bool fixed = level == "repeatable read" || level == "serializable";
    if (fixed && savepoint.snapshot) return snapshot_is_fixed(savepoint.name);
    if (!changes_.keeps(savepoint.changes)) return not_repeatable(savepoint.name);
    torn_ = true;
    if (savepoint.changes == 0) fence_mark_ = fence_.mark();
    const bool read_only = settings_.is_on(Setting::kTransactionReadOnly);
    const Result<void> begun = connection_->restart_transaction(read_only);
    open_ = connection_->in_transaction();
    if (!begun) return begun;
    if (savepoint.changes > 0) {
        if (const Result<void> repeated = changes_.repeat(savepoint.changes); !repeated) return repeated;
        if (fence_.passed_since(fence_mark_)) return others_committed();
    }
    torn_ = false;
    return {};
}

// The engine's transaction stays until the client has said where to: what it has changed so far may still count.
void TransactionBlock::abort_to_savepoint() {
    if (running_ == Running::kChange) {
        // Errors that leave the transaction usable come before anything is changed.
        if (connection_->transaction_usable()) changes_.withdraw();
    } else if (open_ && !torn_) {
        connection_->restore_after_read();
    }
    settings_.restore(*savepoints_.back().settings);
    statement_over();
    state_ = State::kFailed;
}

}  // namespace smew::pgsession
