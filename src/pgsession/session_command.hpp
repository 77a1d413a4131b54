#pragma once
// Statements that a session answers without the engine, recognised on tokens.

#include "core/error.hpp"
#include "pgsession/copy_format.hpp"
#include "pgsession/scroll.hpp"
#include "pgsession/transaction_messages.hpp"
#include "sql/lexer.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace smew::pgsession {

// What BEGIN and SET TRANSACTION say; empty where they say nothing.
struct TransactionModes {
    std::string isolation;  // as "repeatable read"
    std::optional<bool> read_only, deferrable;
};

struct BeginCommand {
    TransactionModes modes;
    bool start_form = false;
};  // START TRANSACTION has a tag of its own
struct CommitCommand {
    bool chain = false;
};
struct RollbackCommand {
    bool chain = false;
};
struct SavepointCommand {
    std::string name;
};
struct ReleaseCommand {
    std::string name;
};
struct RollbackToCommand {
    std::string name;
};
struct SetCommand {
    std::string name;
    std::vector<std::string> values;  // none: DEFAULT
    bool local = false;
    std::optional<std::int32_t> zone_offset;  // SET TIME ZONE -5: seconds
};
struct SetTransactionCommand {
    TransactionModes modes;
    bool characteristics = false;
};  // of the session, or of this transaction
struct ResetCommand {
    std::string name;
};  // empty: ALL
struct ShowCommand {
    std::string name;
};  // empty: ALL
enum class DiscardTarget : std::uint8_t { kAll, kPlans, kSequences };
struct DiscardCommand {
    DiscardTarget target = DiscardTarget::kAll;
};
struct DeallocateCommand {
    std::string name;
};  // empty: ALL
struct PrepareCommand {
    std::string name;
    std::vector<std::uint32_t> parameter_types;
    std::string sql;
};
struct ExecuteCommand {
    std::string name;
    std::vector<std::optional<std::string>> arguments;  // text forms; nullopt: NULL
    std::string expressions;                            // of the arguments, when they are not all literals
};
// SELECT version() and its like, as whole statements.
enum class SessionFact : std::uint8_t {
    kVersion,
    kCurrentSchema,
    kBackendPid,
    kCurrentDatabase,
    kCurrentCatalog,
    kCurrentUser,
    kSessionUser,
    kUser,
    kCurrentRole,
};
struct FactCommand {
    SessionFact fact;
    std::string column;
};
struct DeclareCommand {
    std::string name;
    std::string query;
    int query_offset = 0;  // in characters, in the statement
    bool binary = false, scroll = false, hold = false;
};
struct FetchCommand {
    std::string name;
    FetchDirection direction;
    bool move = false;  // MOVE: nothing is sent
};
struct CloseCommand {
    std::string name;
};  // empty: ALL
struct CopyCommand {
    bool from = false;                 // STDIN, else TO STDOUT
    std::string table;                 // as written; empty for a query
    std::string relation;              // its name alone, for messages
    std::vector<std::string> columns;  // none: all
    std::string query;
    int query_offset = 0;  // in characters, in the statement
    std::string where;     // of FROM; empty: every row
    CopyFormat format;
};
struct MessageCommand {
    TransactionMessages::Message message;
};  // LISTEN, UNLISTEN, NOTIFY
struct RoleCommand {
    std::string role;  // empty: none or the default
    std::string tag, statement;
};  // SET ROLE and its like: the one user there is, or an error
struct VacuumCommand {
    std::vector<std::string> statements;  // of the engine
    std::string tag;
};  // VACUUM and ANALYZE of tables
struct NothingCommand {
    std::string tag;
    std::string in_blocks_only{};  // the statement's name, when it is an error outside of a block
};                                 // accepted, without effect
struct RefusedCommand {
    Error error;
};

using SessionCommand =
    std::variant<BeginCommand, CommitCommand, RollbackCommand, SavepointCommand, ReleaseCommand, RollbackToCommand,
                 SetCommand, SetTransactionCommand, ResetCommand, ShowCommand, DiscardCommand, DeallocateCommand,
                 PrepareCommand, ExecuteCommand, FactCommand, DeclareCommand, FetchCommand, CloseCommand, CopyCommand,
                 MessageCommand, RoleCommand, VacuumCommand, NothingCommand, RefusedCommand>;

// nullopt: the statement is the engine's. Error 42601 with the position for one that is a session's and malformed.
Result<std::optional<SessionCommand>> recognise_session_command(std::string_view statement);

// Reads a session command behind its first word.
class CommandReader {
public:
    CommandReader(std::string_view statement, sql::Lexer after_first_word)
        : statement_(statement), lexer_(after_first_word) {}

    sql::Token next() { return lexer_.next(); }
    sql::Token peek() const { return lexer_.peek(); }
    bool take(std::string_view lower_word);
    bool take_symbol(char symbol);
    bool at_end() const { return peek().kind == sql::TokenKind::kEnd; }
    std::string_view rest() const { return lexer_.rest(); }
    // The rest from the next token on, to which offset() belongs.
    std::string_view from_next() const;
    // Where the next token begins, in characters; at the end, the statement's length.
    int offset() const;
    // What lies between a place noted before and the next token.
    std::string_view since(std::string_view from_before) const;
    // 42601 at the next token.
    Error syntax_error() const;
    // A name, maybe of several parts: "myapp.user". nullopt when no name comes.
    std::optional<std::string> name();

private:
    std::string_view statement_;
    sql::Lexer lexer_;
};

// ---- parts of the recogniser, each behind the first word
Result<SessionCommand> read_begin(CommandReader& reader, bool start_form);
Result<SessionCommand> read_commit(CommandReader& reader);
Result<SessionCommand> read_rollback(CommandReader& reader);
Result<SessionCommand> read_savepoint(CommandReader& reader);
Result<SessionCommand> read_release(CommandReader& reader);
Result<TransactionModes> read_transaction_modes(CommandReader& reader);
Result<SessionCommand> read_set(CommandReader& reader);
Result<SessionCommand> read_reset(CommandReader& reader);
Result<SessionCommand> read_prepare(CommandReader& reader);
Result<SessionCommand> read_execute(CommandReader& reader);
Result<SessionCommand> read_declare(CommandReader& reader);
Result<SessionCommand> read_fetch(CommandReader& reader, bool move);
Result<SessionCommand> read_copy(CommandReader& reader);
Result<SessionCommand> read_close(CommandReader& reader);
Result<SessionCommand> read_listen(CommandReader& reader);
Result<SessionCommand> read_unlisten(CommandReader& reader);
Result<SessionCommand> read_notify(CommandReader& reader);
Result<SessionCommand> read_vacuum(CommandReader& reader);
Result<SessionCommand> read_analyze(CommandReader& reader);
Result<SessionCommand> read_lock(CommandReader& reader);
std::optional<SessionCommand> read_fact(CommandReader& reader);

}  // namespace smew::pgsession
