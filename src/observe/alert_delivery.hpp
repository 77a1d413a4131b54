#pragma once
// Sends alerts to one webhook: a queue and a thread, so that a slow receiver holds up nobody else.

#include "core/clock.hpp"
#include "observe/alert.hpp"
#include "observe/webhook.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace smew::observe {

struct DeliveryPolicy {
    int attempts = 6;  // over about a minute
    std::chrono::milliseconds first_pause{1000};
    std::chrono::milliseconds longest_pause{60'000};
    std::chrono::milliseconds timeout{10'000};
    std::size_t queue = 100;  // alerts that wait; beyond it the oldest is dropped
};

class AlertDelivery {
public:
    // How an attempt is made; empty: over the network.
    using Attempt = std::function<PostOutcome(const Webhook&, const std::string& body,
                                              const std::vector<std::pair<std::string, std::string>>& headers)>;
    // Told of each alert's fate: the webhook's host, attempts made, and the error of the last; empty: delivered.
    using Done =
        std::function<void(std::uint64_t alert, const std::string& host, int attempts, const std::string& error)>;

    AlertDelivery(Webhook webhook, std::string instance, DeliveryPolicy policy, const Clock& clock, Attempt attempt,
                  Done done);
    // What waits is given up; an attempt under way is waited for.
    ~AlertDelivery();
    AlertDelivery(const AlertDelivery&) = delete;
    AlertDelivery& operator=(const AlertDelivery&) = delete;

    // `number` comes back in Done.
    void enqueue(std::uint64_t number, const Alert& alert);
    std::string host() const { return webhook_.host(); }

private:
    struct Letter {
        std::uint64_t number;
        std::string body;
    };

    void serve();
    void deliver(const Letter& letter);
    PostOutcome attempt(const std::string& body);
    // False when the delivery is to end.
    bool pause(std::chrono::milliseconds time);

    const Webhook webhook_;
    const std::string instance_;
    const DeliveryPolicy policy_;
    const Clock& clock_;
    const Attempt attempt_;
    const Done done_;

    outbox::Poster poster_;  // the thread's

    std::mutex mutex_;  // guards the two below
    std::deque<Letter> queue_;
    bool stopping_ = false;
    std::condition_variable changed_;
    std::thread thread_;  // last: starts when all else is there
};

}  // namespace smew::observe
