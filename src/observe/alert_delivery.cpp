#include "observe/alert_delivery.hpp"

#include <algorithm>
#include <optional>

namespace smew::observe {

using std::chrono::milliseconds;

AlertDelivery::AlertDelivery(Webhook webhook, std::string instance, DeliveryPolicy policy, const Clock& clock,
                             Attempt attempt, Done done)
    : webhook_(std::move(webhook)),
      instance_(std::move(instance)),
      policy_(policy),
      clock_(clock),
      attempt_(std::move(attempt)),
      done_(std::move(done)),
      thread_(&AlertDelivery::serve, this) {}

AlertDelivery::~AlertDelivery() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void AlertDelivery::enqueue(std::uint64_t number, const Alert& alert) {
    Letter letter{number, render_alert(alert, webhook_.format, instance_)};
    std::optional<Letter> dropped;
    {
        const std::lock_guard lock(mutex_);
        if (queue_.size() == policy_.queue) {
            dropped = std::move(queue_.front());
            queue_.pop_front();
        }
        queue_.push_back(std::move(letter));
    }
    changed_.notify_all();
    if (dropped) done_(dropped->number, host(), 0, "too many alerts wait for this webhook");
}

void AlertDelivery::serve() {
    for (;;) {
        Letter letter;
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
            if (stopping_) return;
            letter = std::move(queue_.front());
            queue_.pop_front();
        }
        deliver(letter);
    }
}

void AlertDelivery::deliver(const Letter& letter) {
    milliseconds next_pause = policy_.first_pause;
    for (int made = 1;; ++made) {
        const PostOutcome outcome = attempt(letter.body);
        if (outcome.delivered()) return done_(letter.number, host(), made, {});
        std::string error = outcome.error.empty() ? "HTTP status " + std::to_string(outcome.status) : outcome.error;
        if (!outcome.retry() || made == policy_.attempts) return done_(letter.number, host(), made, error);
        const milliseconds asked = std::min<milliseconds>(outcome.retry_after, policy_.longest_pause);
        if (!pause(std::max(next_pause, asked))) return done_(letter.number, host(), made, error);
        next_pause = std::min(next_pause * 2, policy_.longest_pause);
    }
}

PostOutcome AlertDelivery::attempt(const std::string& body) {
    const auto headers = signature_headers(webhook_, body, clock_.now());
    if (attempt_) return attempt_(webhook_, body, headers);
    return post(poster_, webhook_, body, headers, policy_.timeout, clock_.now());
}

bool AlertDelivery::pause(milliseconds time) {
    std::unique_lock lock(mutex_);
    return !changed_.wait_for(lock, time, [this] { return stopping_; });
}

}  // namespace smew::observe
