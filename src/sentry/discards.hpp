#pragma once
// What was not sent, and why: counted, and told to the receiver with the next envelope (a client report). Thread-safe.

#include "core/clock.hpp"
#include "sentry/rate_limits.hpp"

#include <boost/json/value.hpp>

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace smew::sentry {

enum class Reason : std::uint8_t {
    kQueueOverflow,
    kCacheOverflow,  // of the spool on disk
    kRateLimited,
    kNetworkError,
    kSampleRate,
    kBeforeSend,
    kEventProcessor,  // a filter
    kSendError,
    kInternalError,
};
std::string_view to_text(Reason reason);

class Discards {
public:
    // `spans`: of a transaction, which count as well, with one for itself.
    void count(Reason reason, Category category, std::uint64_t quantity = 1, std::uint64_t spans = 0);

    // What was counted since the last time, as the payload of a client_report; nullopt: nothing.
    std::optional<boost::json::value> take(WallTime now);
    // What was taken did not arrive.
    void give_back(const boost::json::value& report);

private:
    std::mutex mutex_;
    std::map<std::pair<std::string, std::string>, std::uint64_t> counts_;  // by reason and category
};

}  // namespace smew::sentry
