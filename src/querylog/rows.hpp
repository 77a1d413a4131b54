#pragma once
// The table query_log as SQL: its columns, a record as a row of COPY's text, and a search. Internal to querylog/.

#include "querylog/query_log.hpp"

#include <string>

namespace smew::querylog {

// CREATE TABLE … IF NOT EXISTS, and the views on it.
std::string definition();
// One line of COPY query_log FROM STDIN.
void append_row(std::string& out, std::int64_t id, const link::QueryRecord& record);
std::string search_sql(const Filter& filter);
// Everything before that time, microseconds since 1970.
std::string delete_before_sql(std::int64_t micros);
// The oldest quarter.
std::string drop_oldest_sql();

}  // namespace smew::querylog
