#pragma once
// What a path names, or the problem that says which part of it does not exist.

#include "http/context.hpp"
#include "http/message.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace smew::http {

catalog::Project find_project(const Request& request, Context& context);
catalog::Bucket find_bucket(const Request& request, Context& context);

struct TablePlace {
    catalog::Project project;
    catalog::Bucket bucket;
    catalog::Table table;
};
TablePlace find_table(const Request& request, Context& context);
// Name of the lock that writers of the path's table take.
std::string lock_name(const ProjectId& project, std::string_view schema, std::string_view table);

const link::ColumnSpec* find_column(const catalog::Table& table, std::string_view name);
// 400 column_not_found naming the first that the table does not have.
void require_columns(const catalog::Table& table, const std::vector<std::string>& names);

catalog::Workspace find_workspace(const Request& request, Context& context);
bool is_expired(const catalog::Workspace& workspace, const Context& context);
// 410 when its time is over.
catalog::Workspace find_live_workspace(const Request& request, Context& context);

struct Page {
    std::size_t begin = 0, end = 0;
};
// limit and offset of the query, cut to `total`.
Page page_of(const Request& request, std::size_t total);

// "a,b" → {"a", "b"}; blanks around names are dropped.
std::vector<std::string> split_names(std::string_view text);

}  // namespace smew::http
