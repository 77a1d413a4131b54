#pragma once
// A request as a handler sees it, and the response it gives back. No sockets here: bodies have been read, or lie in a
// file.

#include "auth/api_key.hpp"
#include "core/ids.hpp"
#include "http/upload.hpp"
#include "tracing/transaction.hpp"

#include <boost/json/value.hpp>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace smew::http {

class BodyStream;

using NamedTexts = std::vector<std::pair<std::string, std::string>>;

// The value of the first entry of that name.
std::optional<std::string> find_text(const NamedTexts& texts, std::string_view name);

// Who asks, once the Authorization header has been judged.
struct Caller {
    enum class Kind { kAnonymous, kAdmin, kProjectKey, kWorkspace };
    Kind kind = Kind::kAnonymous;
    ProjectId project;  // of a project key or a workspace
    ApiKeyId key;
    WorkspaceId workspace;  // of a workspace's user
    std::string user;
    auth::Scope scope = auth::Scope::kProjectRead;

    // "anonymous", "admin", the key's id or the workspace's user: for the log and for idempotency.
    std::string name() const;
};

// What the connection knows before a body is read.
struct Head {
    std::string method;  // as sent: "GET"
    std::string target;  // as sent, undecoded
    std::string authorization, content_type, content_encoding, host;
    std::string request_id;  // checked or made
    std::string idempotency_key, if_none_match, accept_encoding;
    std::string client_address;
    std::string client_network;  // what counts as one client (net/address.hpp)
    std::uint16_t client_port = 0;
    std::string traceparent, sentry_trace, baggage;
    std::string body_text;  // of a JSON route, filled in when it has been read
};

struct Request {
    std::string path;       // without the query
    NamedTexts parameters;  // of the pattern, decoded
    NamedTexts query;       // decoded, checked against the route's list, defaults filled in
    boost::json::value body;
    std::unique_ptr<Upload> upload;  // of routes that take a file
    Caller caller;
    std::string request_id;
    std::string content_encoding;
    std::string host;
    std::string client_address;
    std::uint16_t client_port = 0;
    std::string if_none_match, accept_encoding;
    tracing::Transaction* transaction = nullptr;  // of this request; never null in an endpoint

    // Of the pattern: the route table guarantees that it is there.
    const std::string& parameter(std::string_view name) const;
    ProjectId project() const { return ProjectId(parameter("project")); }
    std::optional<std::string> option(std::string_view name) const { return find_text(query, name); }
    std::uint64_t number(std::string_view name) const;  // of a query parameter that has a default
    bool flag(std::string_view name) const;
};

struct Response {
    int status = 200;
    std::string content_type = "application/json";
    std::string body;
    std::filesystem::path file;          // sent instead of the body
    bool remove_file = false;            // after it was sent, or could not be
    std::shared_ptr<BodyStream> stream;  // sent instead of the body, as it comes; held by the response alone
    NamedTexts headers;
    std::chrono::milliseconds delay{0};  // wait before answering: failed logins
};

Response json_response(const boost::json::value& body, int status = 200);
Response no_content();

}  // namespace smew::http
