#pragma once
// What a client sends: one JSON object a message, taken apart and checked. No I/O. docs/asyncapi.yaml describes them.

#include "core/error.hpp"
#include "core/secret.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace smew::http::websocket {

// Every `id` is the JSON text of what the client chose (a string or a whole number), to be sent back as it is; empty:
// there was none.

// Either user and password, or key and workspace (and project, which only the admin key needs).
struct Login {
    std::string user;
    Secret password;
    Secret key;
    std::string workspace, project;
    std::string application_name;
};
// Where the message belongs in its sender's trace; each may be empty.
struct TraceTexts {
    std::string traceparent;  // W3C, in its present version
    std::string sentry_trace, baggage;
};
struct Query {
    std::string id;
    std::string sql;
    // In their text form; nullopt is NULL. With parameters (also with an empty list) `sql` is one statement.
    std::optional<std::vector<std::optional<std::string>>> parameters;
    // Of each statement's result; 0: all. Then each statement of `sql` runs by itself.
    std::uint32_t max_rows = 0;
    TraceTexts trace;
};
struct Talk {
    std::string id;
    std::string conversation;  // empty: the connection's own
    std::string content;
    TraceTexts trace;
};
// Runs what a model proposed and smew did not run by itself.
struct Confirm {
    std::string id;
    std::string conversation;
    std::int64_t message = 0;
    TraceTexts trace;
};
struct Cancel {
    std::string id;
};
struct Ping {
    std::string id;
};
using ClientMessage = std::variant<Login, Query, Talk, Confirm, Cancel, Ping>;

struct Unreadable {
    Error error;
    std::string id;  // as far as one could be read
};
boost::system::result<ClientMessage, Unreadable> parse_client_message(std::string_view text);

}  // namespace smew::http::websocket
