#pragma once
// The tables of smew_admin that show the server as it is now: sessions, workspaces, settings.

#include "catalog/store.hpp"
#include "config/settings.hpp"
#include "fleet/fleet.hpp"
#include "observe/query_policy.hpp"

#include <string>

namespace smew::querylog {

// CREATE TABLE … IF NOT EXISTS.
std::string live_definition();
// Fills them anew, in one transaction.
std::string live_content(const config::Settings& settings, catalog::Store& store, fleet::Fleet& fleet,
                         const observe::QueryPolicy& policy);

}  // namespace smew::querylog
