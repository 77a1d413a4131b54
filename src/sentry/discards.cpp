#include "sentry/discards.hpp"

#include "sentry/render.hpp"

#include <boost/json/array.hpp>

#include <array>

namespace smew::sentry {

namespace json = boost::json;

std::string_view to_text(Reason reason) {
    constexpr std::array<std::string_view, 9> kNames{"queue_overflow",  "cache_overflow", "ratelimit_backoff",
                                                     "network_error",   "sample_rate",    "before_send",
                                                     "event_processor", "send_error",     "internal_sdk_error"};
    return kNames.at(static_cast<std::size_t>(reason));
}

void Discards::count(Reason reason, Category category, std::uint64_t quantity, std::uint64_t spans) {
    const std::lock_guard lock(mutex_);
    counts_[{std::string(to_text(reason)), std::string(to_text(category))}] += quantity;
    if (category == Category::kTransaction) counts_[{std::string(to_text(reason)), "span"}] += spans + quantity;
}

std::optional<json::value> Discards::take(WallTime now) {
    const std::lock_guard lock(mutex_);
    if (counts_.empty()) return std::nullopt;
    json::array list;
    for (const auto& [key, quantity] : counts_) {
        list.push_back(json::object{{"reason", key.first}, {"category", key.second}, {"quantity", quantity}});
    }
    counts_.clear();
    return json::object{{"timestamp", epoch_seconds(now)}, {"discarded_events", std::move(list)}};
}

void Discards::give_back(const json::value& report) {
    const std::lock_guard lock(mutex_);
    for (const json::value& entry : report.at("discarded_events").as_array()) {
        counts_[{std::string(entry.at("reason").as_string()), std::string(entry.at("category").as_string())}] +=
            entry.at("quantity").to_number<std::uint64_t>();
    }
}

}  // namespace smew::sentry
