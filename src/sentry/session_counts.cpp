#include "sentry/session_counts.hpp"

#include "sentry/render.hpp"

#include <boost/json/array.hpp>

#include <utility>

namespace smew::sentry {

namespace json = boost::json;

void SessionCounts::ended(WallTime started, End end) {
    const WallTime minute = std::chrono::floor<std::chrono::minutes>(started);
    const std::lock_guard lock(mutex_);
    Counts& counts = by_minute_[minute];
    ++(end == End::kExited ? counts.exited : end == End::kErrored ? counts.errored : counts.crashed);
}

std::optional<json::value> SessionCounts::take(const Identity& identity) {
    std::map<WallTime, Counts> taken;
    {
        const std::lock_guard lock(mutex_);
        taken = std::exchange(by_minute_, {});
    }
    if (taken.empty()) return std::nullopt;
    json::array aggregates;
    for (const auto& [minute, counts] : taken) {
        json::object entry{{"started", to_iso8601(minute)}};
        if (counts.exited > 0) entry["exited"] = counts.exited;
        if (counts.errored > 0) entry["errored"] = counts.errored;
        if (counts.crashed > 0) entry["crashed"] = counts.crashed;
        aggregates.push_back(std::move(entry));
    }
    return json::object{{"aggregates", std::move(aggregates)},
                        {"attrs", json::object{{"release", identity.release}, {"environment", identity.environment}}}};
}

}  // namespace smew::sentry
