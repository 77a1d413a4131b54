#pragma once
// Error monitoring: what goes wrong, reported to Sentry or a service that speaks its protocol. Thread-safe. Capturing
// something costs microseconds and never waits: names of functions, JSON, compression and the network are another
// thread's work.
//
//     try { … } catch (const std::exception& error) {
//         client.capture_exception(error, {.tags = {{"feature", "import"}}});
//     }
//     client.capture_message("a login was refused", Level::kWarning, {{"security", "throttle"}});

#include "core/error.hpp"
#include "sentry/event.hpp"
#include "sentry/options.hpp"
#include "sentry/session_counts.hpp"
#include "tracing/transaction.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <string>
#include <string_view>

namespace smew::sentry {

struct Details {
    Contexts context;
    User user;
    Tags tags;
};

// A duty that is done again and again, done once more.
struct CheckIn {
    std::string monitor;  // "collect-versions"
    bool ok = true;
    std::chrono::milliseconds duration{0};
    std::chrono::seconds every{60};
};

class Client : public tracing::Sink {
public:
    // Reports nothing.
    Client();
    Client(Options options, const Clock& clock);
    // Sends what waits, for at most shutdown_timeout.
    ~Client() override;

    bool enabled() const { return impl_ != nullptr; }

    // Each gives the event's id; empty when it is not reported. What the thread's Scope knows goes with it.
    // With the stack of where it was thrown, when this thread threw it, and the exceptions nested in it.
    std::string capture_exception(const std::exception_ptr& exception, Details details = {});
    // Inside its catch block.
    std::string capture_exception(const std::exception& exception, Details details = {});
    // With the stack of the caller.
    std::string capture_exception(const Error& error, Details details = {});
    std::string capture_message(std::string text, Level level = Level::kInfo, Tags tags = {});
    // Missing id and time are filled in.
    std::string capture(Event event);

    // Of an earlier run: reported, and counted as the end of a session.
    void report_crash(Event crash);

    // In the thread's scope, or for all who have none.
    void leave(Breadcrumb crumb);

    // For release health.
    void request_ended(WallTime started, bool errored);
    void check_in(const CheckIn& done);
    // A chunk of a profile, as Sentry takes it.
    void send_profile(boost::json::object chunk);

    void finished(const tracing::Finished& transaction) override;
    void sampled_out() override;
    // How often the rate of what is recorded is to be halved, since it cannot all be sent.
    int backpressure() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace smew::sentry
