#pragma once
// One statement in a workspace's session, from its text to its end, as events for a door to put into words of its own.
// Nothing is collected: who does not ask for the next event leaves the rows where they are, and the worker waits.

#include "http/workspace_session.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace smew::http {

struct Statement {
    std::string sql;                                     // exactly one statement; 42601 for more
    std::vector<std::optional<std::string>> parameters;  // of $1 …, as text; nullopt is NULL
    std::uint32_t max_rows = 0;                          // stop after so many; 0: all
};

struct StatementEnd {
    std::optional<Error> error;
    std::string tag;         // "SELECT 5"; empty with an error or an empty statement
    std::uint64_t rows = 0;  // that were sent
    bool more = false;       // there are rows beyond max_rows
    bool session_over = false;
    pgproto::TransactionStatus transaction = pgproto::TransactionStatus::kIdle;
};

// Views inside hold until the next wait().
using StatementEvent = std::variant<pgproto::RowDescription, pgproto::DataRow, pgproto::NoticeResponse, StatementEnd>;

class StatementRun {
public:
    // `session`: greeted, without another statement under way; outlives the run.
    explicit StatementRun(WorkspaceSession& session) : session_(session) {}

    // Sends the statement. What fails is told by the event that ends it.
    boost::asio::awaitable<void> start(const Statement& statement);
    // What is next, without waiting. nullopt: wait() first. Nothing comes after StatementEnd.
    std::optional<StatementEvent> next();
    boost::asio::awaitable<void> wait();

private:
    std::optional<StatementEvent> event_of(pgproto::BackendMessage message);
    void refuse_copy(const pgproto::CopyResponse& copy);
    void lose(const Error& error);

    WorkspaceSession& session_;
    StatementEnd end_;
    bool over_ = false;       // nothing more comes: the end is what is told next
    bool fail_copy_ = false;  // the worker waits for data nobody has
};

}  // namespace smew::http
