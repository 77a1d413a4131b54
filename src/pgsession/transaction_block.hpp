#pragma once
// Where a session stands between BEGIN and COMMIT, and what of it the engine has to know. The engine's transaction is
// opened by the first statement that needs one: BEGIN alone costs nothing.
// Source: PostgreSQL 15, src/backend/access/transam/xact.c, the states of a transaction block.

#include "engine/engine.hpp"
#include "pgproto/backend.hpp"
#include "pgsession/session_command.hpp"
#include "pgsession/settings.hpp"

#include <cstdint>

namespace smew::pgsession {

class TransactionBlock {
public:
    enum class State : std::uint8_t {
        kNone,
        kImplicit,  // several statements of one message, or of one pipeline up to its Sync: they succeed or fail
                    // together
        kExplicit,  // after BEGIN
        kFailed,    // after an error in kExplicit: only its end is accepted
    };

    explicit TransactionBlock(Settings& settings) : settings_(settings) {}
    // The connection it opens transactions on; outlives its use here.
    void attach(engine::Connection* connection);

    State state() const { return state_; }
    bool failed() const { return state_ == State::kFailed; }
    bool is_explicit() const { return state_ == State::kExplicit || state_ == State::kFailed; }
    bool active() const { return state_ != State::kNone; }
    bool open_in_engine() const { return open_; }
    pgproto::TransactionStatus status() const;

    void begin(const TransactionModes& modes);  // BEGIN; an implicit block becomes explicit with all it has done
    void begin_implicit();
    // Changes of the modes in the block: SET TRANSACTION. Error 25001 when it is too late for the isolation level.
    Result<void> set_modes(const TransactionModes& modes);

    // Before a statement runs: opens the engine's transaction if it must run in one. `alone`: nothing else can belong
    // to its implicit block. Error 25006 for a write in a read-only transaction.
    Result<void> admit(engine::StatementKind kind, bool alone);

    // Ends the block. Of a failed one nothing is left to commit. On an error everything was rolled back.
    Result<void> commit();
    void rollback();
    // After an error: an explicit block becomes failed, all else ends.
    void abort();

private:
    void roll_back_engine();
    void apply(const TransactionModes& modes);

    Settings& settings_;
    engine::Connection* connection_ = nullptr;
    State state_ = State::kNone;
    bool open_ = false;
};

// True when the statement may change something.
bool is_write(engine::StatementKind kind);
// The command tag: "INSERT 0 5", "SELECT 3", "CREATE TABLE". `sql` gives the words for kinds without a tag of their
// own.
std::string command_tag(engine::StatementKind kind, std::string_view sql, bool returns_rows, std::uint64_t rows);

}  // namespace smew::pgsession
