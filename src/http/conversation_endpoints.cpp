#include "http/endpoints.hpp"
#include "http/problem.hpp"
#include "http/render.hpp"

namespace smew::http::endpoints {
namespace {

namespace json = boost::json;

// Whose conversations a request is about: a workspace's user has its own; a key says which workspace.
catalog::Talker talker_of(const Request& request, Context& context) {
    const Caller& caller = request.caller;
    if (caller.kind == Caller::Kind::kWorkspace) return {caller.workspace, caller.user};
    const std::optional<std::string> workspace = request.option("workspace");
    if (!workspace) fail(400, "workspace_missing", "with a key, ?workspace= says whose conversations are meant");
    const WorkspaceId id(*workspace);
    if (caller.kind == Caller::Kind::kAdmin) return {id, "admin"};
    if (!context.store.workspace(caller.project, id)) {
        fail(404, "workspace_not_found", "the key's project has no such workspace");
    }
    return {id, caller.key.value()};
}

catalog::ConversationId conversation_of(const Request& request) {
    return catalog::ConversationId(request.parameter("conversation"));
}

json::object render(const catalog::Conversation& conversation) {
    return {{"id", conversation.id.value()},
            {"title", conversation.title},
            {"message_count", conversation.message_count},
            {"created_at", to_iso8601(conversation.created_at)},
            {"updated_at", to_iso8601(conversation.updated_at)}};
}

json::value text_or_null(const std::string& text) {
    return text.empty() ? json::value(nullptr) : json::value(text);
}

json::object render(const catalog::ConversationMessage& message) {
    return {{"id", message.number},
            {"role", message.role},
            {"content", message.content},
            {"sql", text_or_null(message.sql)},
            {"model", text_or_null(message.model)},
            {"sqlstate", text_or_null(message.sqlstate)},
            {"needs_confirmation", message.needs_confirmation},
            {"created_at", to_iso8601(message.created_at)}};
}

}  // namespace

// Reached by requests that do not ask to be upgraded.
Response open_websocket(const Request&, Context&) {
    throw ProblemException({.status = 426,
                            .code = "upgrade_required",
                            .message = "this is a WebSocket: connect to it with a WebSocket client",
                            .headers = {{"Upgrade", "websocket"}}});
}

Response list_conversations(const Request& request, Context& context) {
    const auto page =
        context.store.conversations(talker_of(request, context), request.number("limit"), request.number("offset"));
    json::array list;
    for (const catalog::Conversation& one : page.conversations) list.push_back(render(one));
    return json_response(json::object{{"conversations", std::move(list)}, {"total", page.total}});
}

Response list_messages(const Request& request, Context& context) {
    const auto messages = or_fail(context.store.conversation_messages(
                                      talker_of(request, context), conversation_of(request),
                                      static_cast<std::int64_t>(request.number("after")), request.number("limit")),
                                  "conversation");
    json::array list;
    for (const catalog::ConversationMessage& one : messages) list.push_back(render(one));
    const std::size_t count = list.size();
    return json_response(json::object{{"messages", std::move(list)}, {"count", count}});
}

Response delete_conversation(const Request& request, Context& context) {
    or_fail(context.store.delete_conversation(talker_of(request, context), conversation_of(request)), "conversation");
    return no_content();
}

}  // namespace smew::http::endpoints
