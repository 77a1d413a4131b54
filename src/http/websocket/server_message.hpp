#pragma once
// What the server sends, as JSON text. No I/O. docs/asyncapi.yaml describes them; `id` is JSON text (see
// client_message.hpp), left out when empty.

#include "core/clock.hpp"
#include "core/error.hpp"
#include "pgproto/backend.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smew::http::websocket {

// Appends a JSON string: quick for plain text, correct for any bytes.
void append_text(std::string& out, std::string_view text);

struct Welcome {
    std::string session, workspace, database, user, version;
    std::optional<WallTime> expires_at;
    bool reads_only = false;
};
std::string ready_message(const Welcome& welcome);

// What one statement of a query gave.
struct StatementResult {
    std::string tag;  // "SELECT 3"
    std::uint64_t rows = 0;
    bool more = false;          // it was cut at the rows asked for
    std::optional<int> result;  // of its rows messages; nothing: it gives no rows, as CREATE TABLE AS
};
struct Completion {
    std::vector<StatementResult> results;
    pgproto::TransactionStatus transaction = pgproto::TransactionStatus::kIdle;
    std::chrono::microseconds taken{0};
    std::string trace;  // W3C traceparent of the message; empty: it was not traced
};
std::string complete_message(std::string_view id, const Completion& completion);

std::string error_message(std::string_view id, const Error& error);
// Of a query that failed: with what its statements before that gave, and how it left the transaction.
std::string error_message(std::string_view id, const Error& error, const Completion& completion);
std::string notice_message(std::string_view id, std::string_view severity, const Error& notice);
std::string notification_message(const pgproto::Notification& notification);
// `round_trip`: of the server's own last ping; 0: none was answered yet.
std::string pong_message(std::string_view id, WallTime now, std::chrono::microseconds round_trip);

// The session's end or what will bring it: "expiring", "expired", "disconnected", "idle", "shutdown", "limit", "lost",
// "closed".
struct SessionEvent {
    std::string_view event;
    std::optional<Error> error;
    std::optional<WallTime> expires_at;
};
std::string session_message(const SessionEvent& event);

// The last word of a conversation's message.
struct Answer {
    std::string conversation;
    std::int64_t message = 0;  // the stored answer's number
    std::string content;
    std::string sql;  // that was run, or is proposed; empty: none
    bool needs_confirmation = false;
    std::string model;  // that wrote the SQL; empty: the user did
    std::optional<Completion> completion;
    std::string trace;  // as in Completion
};
std::string reply_message(std::string_view id, const Answer& answer);
// When it failed; the answer is kept all the same.
std::string talk_error_message(std::string_view id, const Error& error, const Answer& answer);

}  // namespace smew::http::websocket
