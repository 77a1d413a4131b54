#include "sentry/sender.hpp"

#include "core/random.hpp"
#include "outbox/gzip.hpp"
#include "stacks/symbols.hpp"
#include "telemetry/log.hpp"

#include <algorithm>
#include <exception>
#include <sched.h>

namespace smew::sentry {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kTick{1000};
constexpr milliseconds kBetweenReplays{100};
constexpr seconds kTellEvery{60};
constexpr seconds kAdaptEvery{10};
constexpr int kMostHalvings = 10;

std::uint64_t spans_of(const Report& report) {
    const auto* transaction = std::get_if<tracing::Finished>(&report.what);
    return transaction == nullptr ? 0 : (*transaction)->spans.size();
}

// What wakes this thread is a request's thread in the middle of its work: that one goes on first.
void let_others_go_first() {
    const sched_param none{};
    (void)::sched_setscheduler(0, SCHED_BATCH, &none);  // of the calling thread; without it things only take longer
}

void make_types_readable(Event& event) {
    for (ExceptionInfo& exception : event.exceptions) {
        if (std::exchange(exception.mangled, false)) exception.type = stacks::demangled(exception.type.c_str());
    }
}

}  // namespace

Sender::Sender(const Options& options, const Clock& clock, Mailbox& mailbox, Discards& discards,
               SessionCounts& sessions)
    : options_(options),
      clock_(clock),
      mailbox_(mailbox),
      discards_(discards),
      sessions_(sessions),
      spool_(options.spool_directory, options.spool_bytes),
      retry_pause_(options.first_retry),
      thread_(&Sender::run, this) {}

Sender::~Sender() {
    stopping_ = true;
    mailbox_.wake();
    {
        std::unique_lock lock(mutex_);
        ended_changed_.wait_for(lock, options_.shutdown_timeout, [this] { return ended_; });
    }
    late_ = true;
    poster_.abort();
    thread_.join();
}

void Sender::run() {
    let_others_go_first();
    next_telling_ = clock_.steady_now() + kTellEvery;
    while (!done()) {
        const bool draining = !spool_.empty() && reachable_;
        for (Report& report : mailbox_.take(stopping_ ? milliseconds(0) : draining ? kBetweenReplays : kTick)) {
            try {
                process(report);
            } catch (const std::exception& exception) {
                discards_.count(Reason::kInternalError, report.category, 1, spans_of(report));
                log::warning("sentry_report_failed", {{"reason", exception.what()}});
            }
        }
        if (!stopping_) drain_spool();
        tell_now_and_then();
        adapt();
    }
    tell_now_and_then();
    const std::lock_guard lock(mutex_);
    ended_ = true;
    ended_changed_.notify_all();
}

// When it is to stop and nothing waits any more.
bool Sender::done() const {
    return stopping_ && mailbox_.empty_now();
}

void Sender::process(Report& report) {
    // Before the work of making it into text.
    if (limits_.active(report.category, clock_.steady_now())) {
        return discards_.count(Reason::kRateLimited, report.category, 1, spans_of(report));
    }
    if (auto envelope = envelope_of(report)) deliver(*std::move(envelope));
}

std::optional<Envelope> Sender::envelope_of(Report& report) {
    if (auto* event = std::get_if<std::unique_ptr<Event>>(&report.what)) return envelope_of(**event);
    if (const auto* transaction = std::get_if<tracing::Finished>(&report.what)) return envelope_of(**transaction);
    const Prepared& prepared = std::get<Prepared>(report.what);
    Envelope envelope(report.category);
    envelope.add_item(prepared.type, prepared.payload);
    return envelope;
}

std::optional<Envelope> Sender::envelope_of(Event& event) {
    make_types_readable(event);
    if (!reason_to_ignore(event, options_).empty()) {
        discards_.count(Reason::kEventProcessor, Category::kError);
        return std::nullopt;
    }
    try {
        if (options_.before_send && !options_.before_send(event)) {
            discards_.count(Reason::kBeforeSend, Category::kError);
            return std::nullopt;
        }
    } catch (const std::exception& exception) {
        discards_.count(Reason::kBeforeSend, Category::kError);
        log::warning("sentry_before_send_failed", {{"reason", exception.what()}});
        return std::nullopt;
    }
    Envelope envelope(Category::kError);
    envelope.set_event(event.id, event.sampling_context);
    envelope.add_item("event", render_event(event, options_.identity));
    return envelope;
}

Envelope Sender::envelope_of(const tracing::TransactionRecord& transaction) const {
    constexpr std::size_t kIdDigits = 32;
    Envelope envelope(Category::kTransaction);
    envelope.spans = transaction.spans.size();
    const std::string id = random_hex(kIdDigits);
    envelope.set_event(id, transaction.sampling_context);
    envelope.add_item("transaction", render_transaction(transaction, id, options_.identity));
    return envelope;
}

void Sender::deliver(Envelope envelope) {
    const bool waiting = !reachable_ && clock_.steady_now() < retry_at_;
    if (waiting || late_ || attempt(envelope) == Outcome::kUnreachable) spool(envelope);
}

Sender::Outcome Sender::attempt(Envelope& envelope) {
    Envelope sent = envelope;
    const auto report = discards_.take(clock_.now());
    if (report) sent.add_item("client_report", *report);
    const outbox::PostReply reply = post(sent.text(clock_.now()));
    if (reply.status == 0) {
        if (report) discards_.give_back(*report);
        unreachable(reply.error);
        return Outcome::kUnreachable;
    }
    if (!reachable_) log::info("sentry_reachable", {{"spooled", spool_.size()}});
    reachable_ = true;
    retry_pause_ = options_.first_retry;
    limits_.update(reply.status, reply.sentry_rate_limits, reply.retry_after, clock_.now(), clock_.steady_now());
    if (reply.delivered()) return Outcome::kGone;
    if (report) discards_.give_back(*report);
    // Of what it limits, the receiver keeps count itself.
    if (reply.status == 429) return Outcome::kGone;
    discards_.count(Reason::kSendError, envelope.category, 1, envelope.spans);
    log::warning("sentry_refused", {{"status", reply.status}, {"category", to_text(envelope.category)}});
    return Outcome::kGone;
}

outbox::PostReply Sender::post(const std::string& text) {
    outbox::PostRequest request{
        .url = options_.dsn.envelope_url(),
        .headers = {{"Content-Type", "application/x-sentry-envelope"},
                    {"Content-Encoding", "gzip"},
                    {"User-Agent", "smew.native/" + options_.identity.version},
                    {"X-Sentry-Auth", "Sentry sentry_version=7, sentry_client=smew.native/" +
                                          options_.identity.version + ", sentry_key=" + options_.dsn.public_key}},
        .body = outbox::gzip(text),
        .timeout = options_.request_timeout};
    return options_.post ? options_.post(request) : poster_.post(request);
}

void Sender::unreachable(const std::string& error) {
    if (reachable_) log::warning("sentry_unreachable", {{"error", error}});
    reachable_ = false;
    retry_at_ = clock_.steady_now() + retry_pause_;
    retry_pause_ = std::min(retry_pause_ * 2, options_.longest_retry);
}

void Sender::spool(const Envelope& envelope) {
    const Spool::Kept result = spool_.keep(envelope, clock_.now());
    if (result.dropped > 0) discards_.count(Reason::kCacheOverflow, envelope.category, result.dropped);
    if (!result.kept) discards_.count(Reason::kNetworkError, envelope.category, 1, envelope.spans);
}

// One at a time, so that what comes anew is not held up, and the receiver not overrun.
void Sender::drain_spool() {
    const SteadyTime now = clock_.steady_now();
    if (spool_.empty() || now < next_drain_ || (!reachable_ && now < retry_at_)) return;
    auto envelope = spool_.front();
    if (!envelope || limits_.active(envelope->category, now)) return;
    if (attempt(*envelope) == Outcome::kGone) spool_.pop();
    next_drain_ = clock_.steady_now() + kBetweenReplays;
}

// Release health, and with it what was left out, when nothing else has taken that along.
void Sender::tell_now_and_then() {
    const SteadyTime now = clock_.steady_now();
    const bool last = stopping_ && mailbox_.empty_now();
    if (now < next_telling_ && !last) return;
    next_telling_ = now + kTellEvery;
    if (auto sessions = sessions_.take(options_.identity)) {
        if (limits_.active(Category::kSession, now)) return discards_.count(Reason::kRateLimited, Category::kSession);
        Envelope envelope(Category::kSession);
        envelope.add_item("sessions", *sessions);
        deliver(std::move(envelope));
    } else if (auto report = discards_.take(clock_.now())) {
        Envelope envelope(Category::kSession);
        envelope.add_item("client_report", *report);
        if (late_ || attempt(envelope) == Outcome::kUnreachable) discards_.give_back(*report);
    }
}

void Sender::adapt() {
    const SteadyTime now = clock_.steady_now();
    if (now < next_adaption_) return;
    next_adaption_ = now + kAdaptEvery;
    const bool pressed = limits_.active(Category::kTransaction, now) || mailbox_.overflowed();
    backpressure_ = pressed ? std::min(backpressure_ + 1, kMostHalvings) : 0;
}

}  // namespace smew::sentry
