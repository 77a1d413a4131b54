#pragma once
// How a workspace is shown to its owner: the connection parameters, its size, what is in it.

#include "core/secret.hpp"
#include "http/context.hpp"
#include "http/message.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <vector>

namespace smew::http {

// Where clients reach the PostgreSQL port.
struct PublicAddress {
    std::string host;
    std::uint16_t port = 5432;
};
// public_host; else where pg listens; else, when that is "everywhere", the host the request was sent to.
PublicAddress public_address(const Request& request, const Context& context);

// `password`: shown only when it was just made.
boost::json::object render_connection(const catalog::Workspace& workspace, const PublicAddress& address,
                                      std::string_view ssl_mode, const std::optional<Secret>& password);
boost::json::object render_workspace(const catalog::Workspace& workspace, const Request& request,
                                     const Context& context, const std::optional<Secret>& password);

struct WorkspaceObject {
    std::string name;
    bool view = false;
    std::optional<std::int64_t> rows;  // of tables, when counted
};
// Tables and views of the workspace's own schema. Starts the workspace's worker when it does not run.
Result<std::vector<WorkspaceObject>> workspace_objects(const catalog::Workspace& workspace, Context& context);
// The same with row counts.
Result<std::vector<WorkspaceObject>> counted_objects(const catalog::Workspace& workspace, Context& context);

inline constexpr std::chrono::seconds kInternalStatementTimeout{60};

}  // namespace smew::http
