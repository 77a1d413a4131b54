#include "sentry/mailbox.hpp"

#include <algorithm>
#include <utility>

namespace smew::sentry {

Mailbox::Mailbox(std::size_t errors, std::size_t transactions) {
    // Limits and weights of Sentry's "Backend Telemetry Processor".
    constexpr std::size_t kOthers = 100;
    const auto box = [this](Category category) -> Box& { return boxes_.at(static_cast<std::size_t>(category)); };
    box(Category::kError) = {errors, 5, {}};
    box(Category::kSession) = {kOthers, 4, {}};
    box(Category::kMonitor) = {kOthers, 4, {}};
    box(Category::kTransaction) = {transactions, 3, {}};
    box(Category::kProfile) = {kOthers, 2, {}};
}

bool Mailbox::empty() const {
    return std::ranges::all_of(boxes_, [](const Box& box) { return box.reports.empty(); });
}

std::optional<Report> Mailbox::put(Report report) {
    std::optional<Report> dropped;
    bool asleep = false;
    {
        const std::lock_guard lock(mutex_);
        Box& box = boxes_.at(static_cast<std::size_t>(report.category));
        if (box.reports.size() >= box.limit) {
            dropped = std::move(box.reports.front());
            box.reports.pop_front();
            overflowed_ = true;
        }
        box.reports.push_back(std::move(report));
        asleep = std::exchange(waiting_, false);
    }
    if (asleep) changed_.notify_one();  // a system call: not for one who is busy anyway
    return dropped;
}

std::vector<Report> Mailbox::take(std::chrono::milliseconds wait) {
    std::unique_lock lock(mutex_);
    if (empty() && !woken_) {
        waiting_ = true;
        changed_.wait_for(lock, wait, [this] { return woken_ || !empty(); });
        waiting_ = false;
    }
    woken_ = false;
    std::vector<Report> taken;
    for (Box& box : boxes_) {
        for (std::size_t i = 0; i < box.weight && !box.reports.empty(); ++i) {
            taken.push_back(std::move(box.reports.front()));
            box.reports.pop_front();
        }
    }
    return taken;
}

void Mailbox::wake() {
    {
        const std::lock_guard lock(mutex_);
        woken_ = true;
    }
    changed_.notify_one();
}

bool Mailbox::empty_now() const {
    const std::lock_guard lock(mutex_);
    return empty();
}

bool Mailbox::overflowed() {
    const std::lock_guard lock(mutex_);
    return std::exchange(overflowed_, false);
}

}  // namespace smew::sentry
