#pragma once
// Begins transactions: continues the caller's trace or begins one, and decides once a trace whether it is recorded.
// Thread-safe.

#include "core/clock.hpp"
#include "tracing/transaction.hpp"

#include <atomic>
#include <optional>
#include <string>
#include <vector>

namespace smew::tracing {

// What decides how often work is recorded.
enum class Traffic : std::uint8_t { kHealth, kWebSocket, kApi, kOther };

struct SampleRates {
    double health = 0.01, websocket = 0.5, api = 0.2, other = 0.1;
    double of(Traffic traffic) const;
};

class Tracer {
public:
    // What traces that begin here tell about themselves: Sentry's public_key, release, environment.
    struct Origin {
        std::string public_key, release, environment, org_id;
    };
    // Without sinks nothing is recorded. The sinks outlive the tracer and its transactions.
    Tracer(SampleRates rates, Origin origin, const Clock& clock, std::vector<Sink*> sinks);

    struct Start {
        std::string name, op;
        Traffic traffic = Traffic::kOther;
        std::optional<Continuation> caller;
    };
    Transaction start(Start start) const;
    // The same for work that is over and calls nobody any more: when it is not sampled it carries no trace, and costs
    // next to nothing.
    Transaction record(Start start) const;

    bool enabled() const { return !sinks_.empty(); }
    // Exporters that cannot keep up have the rates of traces that begin here halved so many times. 0: not.
    void set_backpressure(int halvings) { halvings_ = halvings; }

private:
    // The decision and the rate it was made by.
    struct Decision {
        bool sampled = false;
        double rate = 0, rand = 0;
    };
    Decision decide(const Start& start, const TraceId& trace) const;
    Transaction begun(Start start, const TraceId& trace, const Decision& decision) const;
    void sampled_out() const;
    Pairs new_context(const Start& start, const TraceId& trace, const Decision& decision) const;

    const SampleRates rates_;
    const Origin origin_;
    const Clock& clock_;
    const std::vector<Sink*> sinks_;
    std::atomic<int> halvings_{0};
};

}  // namespace smew::tracing
