#include "http/endpoints.hpp"
#include "http/lookup.hpp"
#include "http/problem.hpp"
#include "http/render.hpp"
#include "telemetry/log.hpp"

namespace smew::http::endpoints {

namespace json = boost::json;

Response list_sessions(const Request& request, Context& context) {
    const catalog::Workspace workspace = find_workspace(request, context);
    json::array list;
    for (const fleet::SessionInfo& session : context.fleet.sessions(workspace.id)) {
        list.push_back(render(session, context.query_policy));
    }
    const std::size_t count = list.size();
    return json_response(json::object{{"sessions", std::move(list)}, {"count", count}});
}

Response disconnect_session(const Request& request, Context& context) {
    const catalog::Workspace workspace = find_workspace(request, context);
    const SessionId id(request.parameter("session"));
    if (!context.fleet.end_session(workspace.id, id, CancelReason::kAdmin)) {
        fail(404, "session_not_found", "the workspace has no such session");
    }
    log::info("session_disconnected", {{"workspace_id", workspace.id.value()},
                                       {"session_id", id.value()},
                                       {"by", request.caller.name()},
                                       {"request_id", request.request_id}});
    return json_response(json::object{{"message", "Session disconnected"}, {"session_id", id.value()}});
}

Response cancel_statement(const Request& request, Context& context) {
    const catalog::Workspace workspace = find_workspace(request, context);
    const SessionId id(request.parameter("session"));
    if (!context.fleet.cancel_statement(workspace.id, id, CancelReason::kUser)) {
        fail(404, "session_not_found", "the workspace has no such session");
    }
    log::info("statement_cancelled", {{"workspace_id", workspace.id.value()},
                                      {"session_id", id.value()},
                                      {"by", request.caller.name()},
                                      {"request_id", request.request_id}});
    return json_response(json::object{{"message", "Cancellation sent"}, {"session_id", id.value()}});
}

Response disconnect_all(const Request& request, Context& context) {
    const catalog::Workspace workspace = find_workspace(request, context);
    const std::size_t count = context.fleet.end_sessions(workspace.id, CancelReason::kAdmin);
    log::info("sessions_disconnected", {{"workspace_id", workspace.id.value()},
                                        {"count", count},
                                        {"by", request.caller.name()},
                                        {"request_id", request.request_id}});
    return json_response(json::object{{"message", "All sessions disconnected"}, {"count", count}});
}

}  // namespace smew::http::endpoints
