#pragma once
// Copying project tables into a workspace. Each table arrives wholly or not at all.

#include "http/context.hpp"
#include "http/message.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <vector>

namespace smew::http {

struct LoadItem {
    std::string source;  // as asked for: "in.c-sales.orders"
    std::string destination;
    std::vector<std::string> columns;
    std::string where;
    std::string schema, table;  // the source, once found
};

struct LoadFailure {
    const LoadItem* item = nullptr;
    Error error;
};

struct LoadOutcome {
    boost::json::array loaded;
    std::vector<LoadFailure> failures;
};

// Of a body that fits the schema WorkspaceLoad. 422 for two tables with one destination.
std::vector<LoadItem> read_load_items(const boost::json::value& tables);
// Of preload_tables.
std::vector<LoadItem> preload_items(const std::vector<std::string>& sources);

// Finds the table and checks the words that become SQL. 42P01, 42703, 42601, 42602.
Result<void> check_item(LoadItem& item, const ProjectId& project, Context& context);
// Items must stay where they are while the outcome is used.
LoadOutcome load_tables(const catalog::Workspace& workspace, std::vector<LoadItem>& items, Context& context);
boost::json::object render_failure(const LoadFailure& failure);
// Throws what all failed with; `loaded` must be empty.
[[noreturn]] void fail_load(const LoadOutcome& outcome);

// The statement that loads one checked item.
std::string load_sql(const LoadItem& item);

}  // namespace smew::http
