#pragma once
// The parts of the route table, one subject each.

#include "http/route.hpp"

#include <vector>

namespace smew::http {

using Routes = std::vector<Route>;

// limit and offset.
std::vector<Field> paging(std::string_view default_limit, std::int64_t most);

void add_service(Routes& routes);
void add_projects(Routes& routes);
void add_keys(Routes& routes);
void add_buckets(Routes& routes);
void add_tables(Routes& routes);
void add_columns(Routes& routes);
void add_transfer(Routes& routes);
void add_files(Routes& routes);
void add_workspaces(Routes& routes);
void add_statements(Routes& routes);
void add_conversations(Routes& routes);
void add_observation(Routes& routes);
void add_pages(Routes& routes);
void add_alerts(Routes& routes);
void add_queries(Routes& routes);

}  // namespace smew::http
