#pragma once
// What the metadata store knows, as the JSON objects of the API. Never a path.

#include "catalog/store.hpp"
#include "fleet/fleet.hpp"
#include "http/context.hpp"
#include "observe/query_policy.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <vector>

namespace smew::http {

boost::json::object render(const catalog::Project& project);
boost::json::object render(const catalog::ApiKey& key);
boost::json::object render(const catalog::Bucket& bucket);
boost::json::object render(const catalog::Table& table, const catalog::Bucket& bucket);
boost::json::object render(const catalog::File& file);
// Its texts as query_audit_mode allows.
boost::json::object render(const fleet::SessionInfo& session, const observe::QueryPolicy& policy);

boost::json::array render(const std::vector<link::ColumnSpec>& columns, const std::vector<std::string>& descriptions);
boost::json::array render(const std::vector<std::string>& texts);
boost::json::value render(const std::optional<WallTime>& time);

// ---- and what requests hold, once they have been checked against their schema
std::optional<std::string> text_of(const boost::json::value& body, std::string_view field);
std::optional<std::int64_t> number_of(const boost::json::value& body, std::string_view field);
std::optional<bool> flag_of(const boost::json::value& body, std::string_view field);
std::vector<std::string> texts_of(const boost::json::value& body, std::string_view field);
// Null when it is left out or null.
const boost::json::value* member_of(const boost::json::value& body, std::string_view field);

}  // namespace smew::http
