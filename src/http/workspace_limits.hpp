#pragma once
// A workspace's limits in requests and replies.

#include "catalog/store.hpp"
#include "http/context.hpp"
#include "http/schema.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <vector>

namespace smew::http {

// What a request's `limits` says of the limits that have a default of the instance: a number, null for that default.
std::optional<catalog::LimitChoices> wanted_limits(const boost::json::value& body, const catalog::LimitChoices& now);
std::optional<Bytes> wanted_memory(const boost::json::value& body, const Context& context);
std::optional<Bytes> wanted_size(const boost::json::value& body, const Context& context);

// All limits that hold for it, the instance's defaults filled in.
boost::json::object render_limits(const catalog::Workspace& workspace, const Context& context);

// The fields of `limits`: as a request may have them, and as a reply has them.
std::vector<Field> limit_request_fields();
std::vector<Field> limit_reply_fields();

}  // namespace smew::http
