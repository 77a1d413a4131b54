#include "http/endpoints.hpp"
#include "http/lookup.hpp"
#include "http/render.hpp"
#include "http/render_query.hpp"
#include "telemetry/log.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>

namespace smew::http::endpoints {
namespace {

namespace json = boost::json;
using config::QueryAuditMode;
using Values = observe::QueryPolicy::Values;

constexpr std::array<std::string_view, 3> kModes{"full", "structure", "hash_only"};  // by QueryAuditMode

json::object render_slow(const observe::SlowQueries::Entry& entry) {
    json::object object = render(entry.record);
    boost::system::error_code failed;
    json::value plan = json::parse(entry.record.plan, failed);
    object["id"] = entry.number;
    object["peak_memory_bytes"] = entry.record.peak_memory_bytes;
    object["spilled_bytes"] = entry.record.spilled_bytes;
    object["plan"] = failed ? json::value(nullptr) : std::move(plan);
    return object;
}

Response slow_queries(const Request& request, Context& context, const std::optional<ProjectId>& project) {
    const std::size_t limit = request.number("limit");
    const auto before = request.option("before");
    const auto found = context.slow_queries.recent(project, limit, before ? std::stoull(*before) : UINT64_MAX);
    json::array list;
    for (const auto& entry : found) list.push_back(render_slow(entry));
    const std::size_t count = list.size();
    json::value next = count == limit ? json::value(found.back().number) : json::value(nullptr);
    return json_response(json::object{{"slow_queries", std::move(list)},
                                      {"count", count},
                                      {"threshold_ms", context.query_policy.values().slow_threshold_ms},
                                      {"next_before", std::move(next)}});
}

Response show(const Values& values) {
    return json_response(json::object{{"query_audit_enabled", values.audit},
                                      {"query_audit_mode", kModes.at(static_cast<std::size_t>(values.mode))},
                                      {"query_audit_max_length", values.max_length},
                                      {"slow_query_threshold_ms", values.slow_threshold_ms},
                                      {"slow_query_explain", values.slow_explain},
                                      {"slow_query_log_full", values.slow_log_full}});
}

void apply(const json::value& body, Values& values) {
    if (const auto mode = text_of(body, "query_audit_mode"))
        values.mode = static_cast<QueryAuditMode>(std::ranges::find(kModes, *mode) - kModes.begin());
    values.audit = flag_of(body, "query_audit_enabled").value_or(values.audit);
    values.max_length =
        static_cast<std::uint32_t>(number_of(body, "query_audit_max_length").value_or(values.max_length));
    values.slow_threshold_ms =
        static_cast<std::uint32_t>(number_of(body, "slow_query_threshold_ms").value_or(values.slow_threshold_ms));
    values.slow_explain = flag_of(body, "slow_query_explain").value_or(values.slow_explain);
    values.slow_log_full = flag_of(body, "slow_query_log_full").value_or(values.slow_log_full);
}

}  // namespace

Response list_slow_queries(const Request& request, Context& context) {
    return slow_queries(request, context, std::nullopt);
}

Response list_project_slow_queries(const Request& request, Context& context) {
    return slow_queries(request, context, find_project(request, context).id);
}

Response get_query_audit(const Request&, Context& context) {
    return show(context.query_policy.values());
}

Response change_query_audit(const Request& request, Context& context) {
    const Values now = context.query_policy.change([&](Values& values) { apply(request.body, values); });
    log::info("query_audit_changed", {{"by", request.caller.name()},
                                      {"request_id", request.request_id},
                                      {"query_audit_enabled", now.audit},
                                      {"query_audit_mode", kModes.at(static_cast<std::size_t>(now.mode))}});
    return show(now);
}

}  // namespace smew::http::endpoints
