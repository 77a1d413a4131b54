#include "sentry/client.hpp"

#include "core/random.hpp"
#include "sentry/discards.hpp"
#include "sentry/mailbox.hpp"
#include "sentry/scope.hpp"
#include "sentry/scrub.hpp"
#include "sentry/sender.hpp"

#include <mutex>
#include <typeinfo>
#include <unistd.h>

namespace smew::sentry {
namespace {

constexpr std::size_t kIdDigits = 32;
constexpr std::size_t kMaxCauses = 10;

void describe(const Error& error, Event& event, ExceptionInfo& info) {
    event.sqlstate = error.code.text();
    info.value = error.message;
    info.data.emplace_back("sqlstate", std::string(error.code.text()));
    event.tags.emplace_back("sqlstate", event.sqlstate);
}

std::exception_ptr nested_in(const std::exception& exception) {
    const auto* nesting = dynamic_cast<const std::nested_exception*>(&exception);
    return nesting == nullptr ? nullptr : nesting->nested_ptr();
}

// Appends the exception; gives the one nested in it.
std::exception_ptr describe(const std::exception_ptr& pointer, Event& event) {
    ExceptionInfo info{.stack = stack_of(pointer)};
    std::exception_ptr cause;
    try {
        std::rethrow_exception(pointer);
    } catch (const std::exception& exception) {
        info.type = typeid(exception).name();
        info.mangled = true;
        info.value = exception.what();
        if (const auto* ours = dynamic_cast<const ErrorException*>(&exception)) describe(ours->error(), event, info);
        cause = nested_in(exception);
    } catch (...) {
        info.type = "unknown";
        info.value = "something thrown that is no std::exception";
    }
    event.exceptions.push_back(std::move(info));
    return cause;
}

void add(Details details, Event& event) {
    event.contexts = std::move(details.context);
    event.user = std::move(details.user);
    event.tags.insert(event.tags.end(), details.tags.begin(), details.tags.end());
}

}  // namespace

struct Client::Impl {
    Impl(Options its_options, const Clock& its_clock)
        : options(std::move(its_options)),
          clock(its_clock),
          mailbox(options.queue_errors, options.queue_transactions),
          sender(options, clock, mailbox, discards, sessions) {}

    void put(Report report) {
        const auto dropped = mailbox.put(std::move(report));
        if (!dropped) return;
        const auto* transaction = std::get_if<tracing::Finished>(&dropped->what);
        discards.count(Reason::kQueueOverflow, dropped->category, 1,
                       transaction == nullptr ? 0 : (*transaction)->spans.size());
    }

    bool sampled() const {
        return options.error_sample_rate >= 1 ||
               tracing::sample_rand_of(tracing::new_trace_id()) < options.error_sample_rate;
    }

    const Options options;
    const Clock& clock;
    Discards discards;
    SessionCounts sessions;
    Mailbox mailbox;
    std::mutex trail_mutex;
    Trail trail;    // of threads without a scope
    Sender sender;  // last: its thread uses the others
};

Client::Client() = default;
Client::~Client() = default;

Client::Client(Options options, const Clock& clock) : impl_(std::make_unique<Impl>(std::move(options), clock)) {
    keep_stacks_of_exceptions();
}

std::string Client::capture_exception(const std::exception_ptr& exception, Details details) {
    if (!enabled() || !exception) return {};
    Event event;
    add(std::move(details), event);
    for (std::exception_ptr next = exception; next && event.exceptions.size() < kMaxCauses;) {
        next = describe(next, event);
    }
    // Thrown by another thread, or before the client was there.
    if (event.exceptions.front().stack.size == 0) event.exceptions.front().stack = current_stack(1);
    return capture(std::move(event));
}

std::string Client::capture_exception(const std::exception& exception, Details details) {
    if (!enabled()) return {};
    if (auto current = std::current_exception()) return capture_exception(current, std::move(details));
    Event event;
    add(std::move(details), event);
    event.exceptions.push_back(
        {.type = typeid(exception).name(), .value = exception.what(), .mangled = true, .stack = current_stack(1)});
    return capture(std::move(event));
}

std::string Client::capture_exception(const Error& error, Details details) {
    if (!enabled()) return {};
    Event event;
    add(std::move(details), event);
    ExceptionInfo info{.type = "smew::Error", .stack = current_stack(1)};
    describe(error, event, info);
    event.exceptions.push_back(std::move(info));
    return capture(std::move(event));
}

std::string Client::capture_message(std::string text, Level level, Tags tags) {
    Event event{.level = level, .message = std::move(text), .tags = std::move(tags)};
    return capture(std::move(event));
}

std::string Client::capture(Event event) {
    if (!enabled()) return {};
    Scope* scope = Scope::current();
    if (scope != nullptr && event.level >= Level::kError) scope->errored = true;
    if (!impl_->sampled()) {
        impl_->discards.count(Reason::kSampleRate, Category::kError);
        return {};
    }
    // From the generator of the thread: a system call would cost as much as a quarter of the rest.
    if (event.id.empty()) event.id = tracing::new_trace_id().hex();
    if (event.at == WallTime{}) event.at = impl_->clock.now();
    event.thread = ::gettid();
    if (scope != nullptr) {
        scope->apply(event);
    } else if (event.breadcrumbs.empty()) {
        const std::lock_guard lock(impl_->trail_mutex);
        event.breadcrumbs = impl_->trail.all();
    }
    std::string id = event.id;
    impl_->put({Category::kError, std::make_unique<Event>(std::move(event))});
    return id;
}

void Client::report_crash(Event crash) {
    if (!enabled()) return;
    impl_->sessions.ended(crash.at, SessionCounts::End::kCrashed);
    capture(std::move(crash));
}

void Client::leave(Breadcrumb crumb) {
    if (!enabled()) return;
    if (crumb.at == WallTime{}) crumb.at = impl_->clock.now();
    if (Scope* scope = Scope::current()) return scope->trail.leave(std::move(crumb));
    const std::lock_guard lock(impl_->trail_mutex);
    impl_->trail.leave(std::move(crumb));
}

void Client::request_ended(WallTime started, bool errored) {
    if (!enabled()) return;
    impl_->sessions.ended(started, errored ? SessionCounts::End::kErrored : SessionCounts::End::kExited);
}

void Client::check_in(const CheckIn& done) {
    if (!enabled()) return;
    namespace json = boost::json;
    // Sentry's schedules know no less than a minute; one that is late by as much again is missed.
    const std::int64_t minutes = std::max<std::int64_t>(1, (done.every.count() + 59) / 60);
    json::object payload{
        {"check_in_id", random_hex(kIdDigits)},
        {"monitor_slug", done.monitor},
        {"status", done.ok ? "ok" : "error"},
        {"duration", static_cast<double>(done.duration.count()) / 1000.0},
        {"environment", impl_->options.identity.environment},
        {"release", impl_->options.identity.release},
        {"monitor_config",
         json::object{{"schedule", json::object{{"type", "interval"}, {"value", minutes}, {"unit", "minute"}}},
                      {"checkin_margin", minutes},
                      {"max_runtime", 30},
                      {"timezone", "UTC"}}}};
    impl_->put({Category::kMonitor, Prepared{"check_in", std::move(payload)}});
}

void Client::send_profile(boost::json::object chunk) {
    if (enabled()) impl_->put({Category::kProfile, Prepared{"profile_chunk", std::move(chunk)}});
}

void Client::finished(const tracing::Finished& transaction) {
    if (enabled()) impl_->put({Category::kTransaction, transaction});
}

void Client::sampled_out() {
    if (enabled()) impl_->discards.count(Reason::kSampleRate, Category::kTransaction);
}

int Client::backpressure() const {
    return enabled() ? impl_->sender.backpressure() : 0;
}

}  // namespace smew::sentry
