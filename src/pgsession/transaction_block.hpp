#pragma once
// Where a session stands between BEGIN and COMMIT, and what of it the engine has to know. The engine's transaction is
// opened by the first statement that needs one: BEGIN alone costs nothing.
// Source: PostgreSQL 15, src/backend/access/transam/xact.c, the states of a transaction block.

#include "engine/engine.hpp"
#include "pgproto/backend.hpp"
#include "pgsession/change_log.hpp"
#include "pgsession/session_command.hpp"
#include "pgsession/settings.hpp"
#include "pgsession/write_fence.hpp"

#include <cstdint>
#include <string>
#include <vector>

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

    // Where the session's own things stood at a savepoint.
    struct Marks {
        std::uint64_t portals = 0;  // the number of the last portal made before it
        std::size_t messages = 0;   // NOTIFY and its kin so far
    };

    TransactionBlock(Settings& settings, WriteFence& fence) : settings_(settings), fence_(fence) {}
    // No transaction may change anything, whatever the settings say.
    void allow_reads_only() { reads_only_ = true; }
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

    // The statement that was admitted is over: changed rows, or returned them, when it was a change.
    void keep_change(const StatementPtr& statement, std::span<const engine::ParameterValue> parameters,
                     std::uint64_t rows);
    void statement_over();

    // ---- savepoints; savepoints.cpp
    static constexpr std::size_t kMaxSavepoints = 65'536;
    Result<void> set_savepoint(std::string name, const Marks& marks);
    Result<void> release(const std::string& name);
    // On an error, or when the block cannot be brought back there, it has failed.
    Result<Marks> roll_back_to(const std::string& name);
    // Of the innermost savepoint; nullptr: there is none.
    const Marks* innermost() const { return savepoints_.empty() ? nullptr : &savepoints_.back().marks; }

    // Ends the block. Of a failed one nothing is left to commit. On an error everything was rolled back.
    Result<void> commit();
    void rollback();
    // After an error: an explicit block becomes failed, all else ends.
    void abort();

private:
    struct Savepoint {
        std::string name;
        std::size_t changes = 0;  // made before it
        bool snapshot = false;    // the engine's transaction, and so its view of the data, had begun before it
        std::shared_ptr<const Settings::Snapshot> settings;
        Marks marks;
    };
    enum class Running : std::uint8_t { kNothing, kRead, kChange };

    Result<void> begin_in_engine(bool read_only);
    Result<std::vector<Savepoint>::iterator> find_savepoint(const std::string& name);
    bool stands_at(const Savepoint& savepoint) const;
    Result<void> start_anew(const Savepoint& savepoint);
    void roll_back_engine();
    void forget();
    void abort_to_savepoint();
    void apply(const TransactionModes& modes);

    Settings& settings_;
    bool reads_only_ = false;
    engine::Connection* connection_ = nullptr;
    WriteFence& fence_;
    State state_ = State::kNone;
    bool open_ = false;
    Running running_ = Running::kNothing;
    std::vector<Savepoint> savepoints_;
    ChangeLog changes_;
    bool torn_ = false;                             // in the engine's transaction not all of `changes_` have been made
    std::uint64_t fence_mark_ = 0;                  // from before the engine's transaction began
    std::optional<WriteFence::Commit> committing_;  // a change outside of any transaction of the engine
};

// True when the statement may change something.
bool is_write(engine::StatementKind kind);
// The command tag: "INSERT 0 5", "SELECT 3", "CREATE TABLE". `sql` gives the words for kinds without a tag of their
// own.
std::string command_tag(engine::StatementKind kind, std::string_view sql, bool returns_rows, std::uint64_t rows);

}  // namespace smew::pgsession
