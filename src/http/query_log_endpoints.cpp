// The query log over REST: filters in, records out, page by page.
#include "http/endpoints.hpp"
#include "http/lookup.hpp"
#include "http/problem.hpp"
#include "querylog/query_log.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>

namespace smew::http::endpoints {
namespace {

namespace json = boost::json;

// What is no text, as it is written; the others are.
constexpr std::array<std::string_view, 13> kAsWritten{"id",
                                                      "duration_ms",
                                                      "plan_ms",
                                                      "first_row_ms",
                                                      "queued_ms",
                                                      "query_bytes",
                                                      "rows_returned",
                                                      "rows_affected",
                                                      "bytes_returned",
                                                      "plan",
                                                      "peak_memory_bytes",
                                                      "spilled_bytes",
                                                      "slow"};

json::value value_of(const std::string& column, const std::optional<std::string>& text) {
    if (!text) return nullptr;
    if (column == "slow") return *text == "t";
    if (std::ranges::find(kAsWritten, column) == kAsWritten.end()) return json::value(*text);
    boost::system::error_code failed;
    json::value value = json::parse(*text, failed);
    return failed ? json::value(*text) : value;
}

json::array records_of(const querylog::Page& page) {
    json::array records;
    for (const auto& row : page.rows) {
        json::object record;
        for (std::size_t i = 0; i < row.size(); ++i) record[page.columns[i]] = value_of(page.columns[i], row[i]);
        records.push_back(std::move(record));
    }
    return records;
}

querylog::Filter filter_of(const Request& request) {
    querylog::Filter filter;
    filter.project = request.option("project");
    filter.workspace = request.option("workspace");
    filter.session = request.option("session");
    filter.user = request.option("user");
    filter.status = request.option("status");
    filter.hash = request.option("query_hash");
    filter.text = request.option("contains");
    filter.since = request.option("since");
    filter.until = request.option("until");
    if (const auto least = request.option("min_duration_ms")) filter.min_duration_ms = std::stod(*least);
    if (const auto slow = request.option("slow")) filter.slow = *slow == "true";
    if (const auto before = request.option("before")) filter.before = std::stoll(*before);
    filter.limit = request.number("limit");
    return filter;
}

Response search(const querylog::Filter& filter, Context& context) {
    json::array records = records_of(or_fail(context.query_log.search(filter)));
    const std::size_t count = records.size();
    json::value next = count == filter.limit ? records.back().at("id") : json::value(nullptr);
    return json_response(
        json::object{{"queries", std::move(records)}, {"count", count}, {"next_before", std::move(next)}});
}

}  // namespace

Response search_query_log(const Request& request, Context& context) {
    return search(filter_of(request), context);
}

Response search_project_query_log(const Request& request, Context& context) {
    querylog::Filter filter = filter_of(request);
    filter.project = find_project(request, context).id.value();
    return search(filter, context);
}

}  // namespace smew::http::endpoints
