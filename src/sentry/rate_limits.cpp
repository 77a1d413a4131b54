#include "sentry/rate_limits.hpp"

#include "outbox/retry_after.hpp"

#include <algorithm>
#include <string>

namespace smew::sentry {
namespace {

using std::chrono::seconds;

constexpr seconds kDefault{60};
constexpr std::array<std::string_view, kCategories> kNames{"error", "session", "monitor", "transaction",
                                                           "profile_chunk"};

std::string_view cut(std::string_view& text, char mark) {
    const std::size_t at = text.find(mark);
    const std::string_view part = text.substr(0, at);
    text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
    return part;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

}  // namespace

std::string_view to_text(Category category) {
    return kNames.at(static_cast<std::size_t>(category));
}

void RateLimits::limit(Category category, SteadyTime until) {
    SteadyTime& now = until_.at(static_cast<std::size_t>(category));
    now = std::max(now, until);  // of two, the longer holds
}

void RateLimits::update(int status, std::string_view rate_limits, std::string_view retry_after, WallTime now,
                        SteadyTime at) {
    if (rate_limits.empty()) {
        if (status != 429) return;
        const SteadyTime until = at + outbox::parse_retry_after(retry_after, now).value_or(kDefault);
        for (std::size_t i = 0; i < kCategories; ++i) limit(static_cast<Category>(i), until);
        return;
    }
    while (!rate_limits.empty()) {
        std::string_view entry = cut(rate_limits, ',');
        const SteadyTime until = at + outbox::parse_seconds(cut(entry, ':')).value_or(kDefault);
        std::string_view categories = trimmed(cut(entry, ':'));
        const bool all = categories.empty();
        for (std::size_t i = 0; all && i < kCategories; ++i) limit(static_cast<Category>(i), until);
        while (!categories.empty()) {
            // A category that is not known here is none of ours: it must not stop everything.
            const auto found = std::ranges::find(kNames, trimmed(cut(categories, ';')));
            if (found != kNames.end()) limit(static_cast<Category>(found - kNames.begin()), until);
        }
    }
}

bool RateLimits::active(Category category, SteadyTime now) const {
    return now < until_.at(static_cast<std::size_t>(category));
}

}  // namespace smew::sentry
