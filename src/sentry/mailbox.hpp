#pragma once
// What waits to be sent: a bounded queue for each category, so that a flood of one cannot push out the others. Putting
// something in never waits for the one who takes it out.

#include "sentry/event.hpp"
#include "sentry/rate_limits.hpp"

#include <boost/json/value.hpp>

#include <array>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace smew::sentry {

// A payload that is ready as it is: a check-in, a chunk of a profile.
struct Prepared {
    std::string type;  // of the item
    boost::json::value payload;
};

struct Report {
    Category category = Category::kError;
    std::variant<std::unique_ptr<Event>, tracing::Finished, Prepared> what;
};

class Mailbox {
public:
    Mailbox(std::size_t errors, std::size_t transactions);

    // The oldest of its category when there was no place left for both.
    std::optional<Report> put(Report report);
    // Waits for reports, a call of wake() or the end of the time. Of each category as many as its weight, so that
    // errors go first and the others are not starved.
    std::vector<Report> take(std::chrono::milliseconds wait);
    void wake();
    bool empty_now() const;
    // Whether something was dropped since the last time this was asked.
    bool overflowed();

private:
    struct Box {
        std::size_t limit = 0, weight = 1;
        std::deque<Report> reports;
    };
    bool empty() const;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::array<Box, kCategories> boxes_;
    bool waiting_ = false, woken_ = false, overflowed_ = false;
};

}  // namespace smew::sentry
