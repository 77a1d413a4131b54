#include "http/endpoints.hpp"
#include "http/lookup.hpp"
#include "http/problem.hpp"
#include "http/query_stream.hpp"
#include "http/render.hpp"
#include "http/trace_comment.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

namespace smew::http::endpoints {
namespace {

namespace json = boost::json;

std::optional<std::string> parameter_text(const json::value& value, std::size_t index) {
    if (value.is_null()) return std::nullopt;
    if (value.is_string()) return std::string(value.as_string());
    if (value.is_bool()) return value.as_bool() ? "true" : "false";
    if (value.is_number()) return json::serialize(value);
    fail_field("parameters[" + std::to_string(index) + "]", "must be text, a number, true, false or null");
}

Statement read_statement(const json::value& body) {
    Statement statement{.sql = text_of(body, "sql").value(), .parameters = {}};
    statement.max_rows = static_cast<std::uint32_t>(number_of(body, "max_rows").value_or(0));
    const json::value* parameters = body.as_object().if_contains("parameters");
    if (parameters == nullptr || !parameters->is_array()) return statement;
    for (const json::value& value : parameters->as_array()) {
        statement.parameters.push_back(parameter_text(value, statement.parameters.size()));
    }
    return statement;
}

// A key that may only read must not write what the workspace's owner could.
bool reads_only(const Caller& caller) {
    return caller.kind == Caller::Kind::kProjectKey && caller.scope == auth::Scope::kProjectRead;
}

SessionOrigin origin_of(const Request& request) {
    SessionOrigin origin{
        .client_address = request.client_address, .client_port = request.client_port, .parameters = {}};
    origin.parameters.emplace_back("application_name", text_of(request.body, "application_name").value_or("rest"));
    origin.reads_only = reads_only(request.caller);
    return origin;
}

}  // namespace

Response run_query(const Request& request, Context& context) {
    const catalog::Workspace workspace = find_live_workspace(request, context);
    Statement statement = read_statement(request.body);
    statement.sql = with_trace(std::move(statement.sql), *request.transaction);
    auto session = or_fail(WorkspaceSession::open(context.fleet, workspace, origin_of(request)));
    const auto stream = std::make_shared<QueryStream>(std::move(session), std::move(statement), context.queries,
                                                      workspace.id, context.clock);
    Response response;
    response.content_type = "application/x-ndjson";
    response.headers = {{"X-Query-ID", stream->query_id()}, {"X-Accel-Buffering", "no"}};
    response.stream = stream;
    return response;
}

Response cancel_query(const Request& request, Context& context) {
    const catalog::Workspace workspace = find_workspace(request, context);
    const std::string& id = request.parameter("query");
    if (!context.queries.cancel(workspace.id, id)) {
        fail(404, "query_not_found", "the workspace runs no such query; it may have ended");
    }
    return json_response(json::object{{"message", "Query cancelled"}, {"query_id", id}});
}

Response whoami(const Request& request, Context& context) {
    const Caller& caller = request.caller;
    if (caller.kind == Caller::Kind::kAdmin) return json_response(json::object{{"kind", "admin"}});
    json::object body{{"kind", caller.kind == Caller::Kind::kWorkspace ? "workspace_user" : "project_key"},
                      {"project_id", caller.project.value()}};
    if (caller.kind == Caller::Kind::kProjectKey) {
        body["scope"] = auth::to_text(caller.scope);
        return json_response(body);
    }
    const catalog::Workspace workspace = or_fail(context.store.workspace(caller.project, caller.workspace));
    body["workspace_id"] = workspace.id.value();
    body["workspace_name"] = workspace.name;
    body["expires_at"] = render(workspace.expires_at);
    return json_response(body);
}

}  // namespace smew::http::endpoints
