#pragma once
// May this request become a WebSocket? Judged before it does, so that a refusal is an HTTP response.

#include "http/message.hpp"
#include "http/websocket/channel.hpp"

#include <string_view>

namespace smew::http::websocket {

inline constexpr std::string_view kPath = "/api/v1/pam";

// A request to upgrade to a WebSocket, for this door.
bool is_upgrade(const UpgradeHead& head);

// Throws ProblemException: 400 for anything in the query (credentials above all: URLs end up in logs), 403 for a page
// of an origin that is not allowed, 426 for another version than 13.
void check_upgrade(const UpgradeHead& head, std::string_view allowed_origins, bool tls);

}  // namespace smew::http::websocket
