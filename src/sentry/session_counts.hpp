#pragma once
// Release health: how many requests ended well, with an error, or with the process, by the minute they began in.
// Thread-safe. Source: develop.sentry.dev, "Sessions", aggregates of server applications.

#include "core/clock.hpp"

#include <boost/json/value.hpp>

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>

namespace smew::sentry {

struct Identity;

class SessionCounts {
public:
    enum class End { kExited, kErrored, kCrashed };
    void ended(WallTime started, End end);
    // What was counted since the last time, as the payload of an item "sessions"; nullopt: nothing.
    std::optional<boost::json::value> take(const Identity& identity);

private:
    struct Counts {
        std::uint64_t exited = 0, errored = 0, crashed = 0;
    };
    std::mutex mutex_;
    std::map<WallTime, Counts> by_minute_;
};

}  // namespace smew::sentry
