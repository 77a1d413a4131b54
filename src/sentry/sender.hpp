#pragma once
// The thread that sends: makes reports into envelopes, posts them, keeps what cannot be sent on disk, obeys the
// receiver's limits, and tells it what was left out.

#include "core/clock.hpp"
#include "sentry/discards.hpp"
#include "sentry/envelope.hpp"
#include "sentry/mailbox.hpp"
#include "sentry/options.hpp"
#include "sentry/rate_limits.hpp"
#include "sentry/session_counts.hpp"
#include "sentry/spool.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

namespace smew::sentry {

class Sender {
public:
    Sender(const Options& options, const Clock& clock, Mailbox& mailbox, Discards& discards, SessionCounts& sessions);
    // Sends what waits for at most shutdown_timeout; the rest goes to the spool.
    ~Sender();
    Sender(const Sender&) = delete;
    Sender& operator=(const Sender&) = delete;

    // How often the rate of what is recorded is to be halved, since this end cannot keep up.
    int backpressure() const { return backpressure_; }

private:
    void run();
    bool done() const;
    void process(Report& report);
    std::optional<Envelope> envelope_of(Report& report);
    std::optional<Envelope> envelope_of(Event& event);
    Envelope envelope_of(const tracing::TransactionRecord& transaction) const;

    void deliver(Envelope envelope);
    enum class Outcome { kGone, kUnreachable };  // sent, or refused for good; no answer
    Outcome attempt(Envelope& envelope);
    void spool(const Envelope& envelope);
    void drain_spool();
    void tell_now_and_then();
    void adapt();
    outbox::PostReply post(const std::string& text);
    void unreachable(const std::string& error);

    const Options& options_;
    const Clock& clock_;
    Mailbox& mailbox_;
    Discards& discards_;
    SessionCounts& sessions_;

    // Of the thread alone.
    RateLimits limits_;
    Spool spool_;
    SteadyTime retry_at_{}, next_drain_{}, next_telling_{}, next_adaption_{};
    std::chrono::milliseconds retry_pause_;
    bool reachable_ = true;

    std::atomic<bool> stopping_{false}, late_{false};
    std::atomic<int> backpressure_{0};
    std::mutex mutex_;  // guards ended_
    std::condition_variable ended_changed_;
    bool ended_ = false;
    outbox::Poster poster_;
    std::thread thread_;  // last: starts when all else is there
};

}  // namespace smew::sentry
