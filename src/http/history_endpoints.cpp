#include "http/endpoints.hpp"
#include "http/lookup.hpp"
#include "http/render.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <array>

namespace smew::http::endpoints {
namespace {

namespace json = boost::json;
using observe::HistoryInterval;

struct Range {
    std::string_view name;
    std::chrono::seconds length;
};
constexpr std::array kRanges{Range{"10m", std::chrono::minutes(10)}, Range{"1h", std::chrono::hours(1)},
                             Range{"3h", std::chrono::hours(3)}, Range{"24h", std::chrono::hours(24)}};

struct Series {
    std::string_view name;
    double HistoryInterval::*value;
    bool percentile = false;  // null in an interval without a query
    bool of_projects = true;  // the rest is of the whole server alone
};
constexpr std::array kSeries{
    Series{"queries_per_second", &HistoryInterval::queries_per_second},
    Series{"errors_per_second", &HistoryInterval::errors_per_second},
    Series{"cancelled_per_second", &HistoryInterval::cancelled_per_second},
    Series{"bytes_per_second", &HistoryInterval::bytes_per_second},
    Series{"requests_per_second", &HistoryInterval::requests_per_second, false, false},
    Series{"request_errors_per_second", &HistoryInterval::request_errors_per_second, false, false},
    Series{"latency_p50_seconds", &HistoryInterval::p50_seconds, true},
    Series{"latency_p95_seconds", &HistoryInterval::p95_seconds, true},
    Series{"latency_p99_seconds", &HistoryInterval::p99_seconds, true},
    Series{"slow_queries", &HistoryInterval::slow_queries},
    Series{"auth_failures", &HistoryInterval::auth_failures},
    Series{"sessions", &HistoryInterval::sessions},
    Series{"workers", &HistoryInterval::workers},
    Series{"worker_memory_bytes", &HistoryInterval::worker_bytes},
    Series{"gateway_memory_bytes", &HistoryInterval::gateway_bytes, false, false},
};

json::array values(const std::vector<HistoryInterval>& intervals, const Series& series) {
    json::array out;
    out.reserve(intervals.size());
    for (const HistoryInterval& interval : intervals) {
        if (series.percentile && !interval.any_query)
            out.emplace_back(nullptr);
        else
            out.emplace_back(interval.*series.value);
    }
    return out;
}

// The route has checked the name.
Range range_of(const Request& request) {
    const std::string name = request.option("range").value_or("");
    return *std::find_if(kRanges.begin(), kRanges.end(), [&](const Range& one) { return one.name == name; });
}

Response reply(const Range& range, const std::vector<HistoryInterval>& intervals, bool of_project) {
    json::array times;
    for (const HistoryInterval& interval : intervals) {
        times.emplace_back(std::chrono::duration<double>(interval.end.time_since_epoch()).count());
    }
    json::object series;
    for (const Series& one : kSeries) {
        if (one.of_projects || !of_project) series[one.name] = values(intervals, one);
    }
    return json_response(json::object{{"range", range.name},
                                      {"step_seconds", observe::History::step_of(range.length).count()},
                                      {"times", std::move(times)},
                                      {"series", std::move(series)}});
}

}  // namespace

Response metrics_history(const Request& request, Context& context) {
    const Range range = range_of(request);
    return reply(range, context.history.last(range.length), false);
}

Response project_metrics_history(const Request& request, Context& context) {
    const Range range = range_of(request);
    return reply(range, context.project_history.last(find_project(request, context).id, range.length), true);
}

}  // namespace smew::http::endpoints
