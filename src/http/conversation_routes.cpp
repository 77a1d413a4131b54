#include "http/endpoints.hpp"
#include "http/route_groups.hpp"
#include "http/schemas.hpp"

namespace smew::http {
namespace {

Field workspace_field() {
    return {.name = "workspace", .doc = "With a key: whose conversations. A workspace's user has its own."};
}

}  // namespace

void add_conversations(Routes& routes) {
    routes.push_back(Route("GET", "/pam", Access::kPublic, "openWebSocket",
                           "The WebSocket; docs/asyncapi.yaml describes its messages. 426 without an upgrade",
                           endpoints::open_websocket)
                         .gives_text("application/json"));
    routes.push_back(Route("GET", "/pam/conversations", Access::kAnyone, "listConversations",
                           "Conversations of the caller, the last used first", endpoints::list_conversations)
                         .with(paging("50", 500))
                         .with({workspace_field()})
                         .gives(schemas::conversation_list));
    routes.push_back(Route("GET", "/pam/conversations/{conversation}/messages", Access::kAnyone, "listMessages",
                           "Messages of a conversation in their order", endpoints::list_messages)
                         .with({workspace_field(),
                                {.name = "after",
                                 .type = FieldType::kInteger,
                                 .doc = "Only messages after the one of this id.",
                                 .least = 0,
                                 .most = 9'000'000'000'000'000,
                                 .default_text = "0"},
                                {.name = "limit",
                                 .type = FieldType::kInteger,
                                 .doc = "Most entries to return.",
                                 .least = 1,
                                 .most = 1000,
                                 .default_text = "200"}})
                         .gives(schemas::message_list));
    routes.push_back(Route("DELETE", "/pam/conversations/{conversation}", Access::kAnyone, "deleteConversation",
                           "Forget a conversation", endpoints::delete_conversation)
                         .with({workspace_field()})
                         .gives_nothing());
}

}  // namespace smew::http
