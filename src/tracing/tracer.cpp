#include "tracing/tracer.hpp"

#include <charconv>
#include <cstdio>

namespace smew::tracing {
namespace {

std::optional<double> number_in(const Pairs& pairs, std::string_view name) {
    const std::string_view text = find_pair(pairs, name);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

// A number of the trace that agrees with the decision its head has made: without one of the head's own, later services
// would otherwise decide against it.
double consistent_rand(double rand, std::optional<bool> sampled, std::optional<double> rate) {
    if (!sampled || !rate) return rand;
    return *sampled ? rand * *rate : *rate + rand * (1 - *rate);
}

std::string number_text(double number, int decimals) {
    std::array<char, 32> text{};
    const int size = std::snprintf(text.data(), text.size(), "%.*f", decimals, number);
    return {text.data(), static_cast<std::size_t>(size)};
}

std::string rate_text(double rate) {
    std::array<char, 32> text{};
    return {text.data(), std::to_chars(text.data(), text.data() + text.size(), rate).ptr};
}

}  // namespace

double SampleRates::of(Traffic traffic) const {
    switch (traffic) {
        case Traffic::kHealth:
            return health;
        case Traffic::kWebSocket:
            return websocket;
        case Traffic::kApi:
            return api;
        case Traffic::kOther:
            return other;
    }
    return other;
}

Tracer::Tracer(SampleRates rates, Origin origin, const Clock& clock, std::vector<Sink*> sinks)
    : rates_(rates), origin_(std::move(origin)), clock_(clock), sinks_(std::move(sinks)) {}

Transaction Tracer::start(Start start) const {
    if (!enabled()) return {};
    const TraceId trace = start.caller ? start.caller->trace : new_trace_id();
    const Decision decision = decide(start, trace);
    if (!decision.sampled) sampled_out();
    return begun(std::move(start), trace, decision);
}

Transaction Tracer::record(Start start) const {
    if (!enabled()) return {};
    const TraceId trace = start.caller ? start.caller->trace : new_trace_id();
    const Decision decision = decide(start, trace);
    if (decision.sampled) return begun(std::move(start), trace, decision);
    sampled_out();
    return {};
}

void Tracer::sampled_out() const {
    for (Sink* sink : sinks_) sink->sampled_out();
}

Transaction Tracer::begun(Start start, const TraceId& trace, const Decision& decision) const {
    Transaction transaction;
    transaction.trace_ = trace;
    transaction.id_ = new_span_id();
    transaction.decided_ = true;
    transaction.sampling_context_ = start.caller && !start.caller->sampling_context.empty()
                                        ? start.caller->sampling_context
                                        : new_context(start, trace, decision);
    if (start.caller) transaction.other_baggage_ = start.caller->other_baggage;
    if (!decision.sampled) return transaction;
    transaction.clock_ = &clock_;
    transaction.sinks_ = &sinks_;
    transaction.record_ = std::make_unique<TransactionRecord>();
    TransactionRecord& record = *transaction.record_;
    record.trace = trace;
    record.sampling_context = transaction.sampling_context_;
    record.root = {.id = transaction.id_,
                   .parent = start.caller ? start.caller->parent : SpanId{},
                   .op = std::move(start.op),
                   .description = std::move(start.name),
                   .start = clock_.now()};
    return transaction;
}

// The caller's decision holds for the whole trace; what it left open, and what begins here, is decided by the rate.
Tracer::Decision Tracer::decide(const Start& start, const TraceId& trace) const {
    Decision decision{.rate = rates_.of(start.traffic), .rand = sample_rand_of(trace)};
    for (int i = halvings_; i > 0; --i) decision.rate /= 2;
    if (start.caller) {
        const Pairs& context = start.caller->sampling_context;
        decision.rand =
            number_in(context, "sample_rand")
                .value_or(consistent_rand(decision.rand, start.caller->sampled, number_in(context, "sample_rate")));
        if (start.caller->sampled) {
            decision.sampled = *start.caller->sampled;
            return decision;
        }
    }
    decision.sampled = decision.rand < decision.rate;
    return decision;
}

Pairs Tracer::new_context(const Start& start, const TraceId& trace, const Decision& decision) const {
    // The head of the trace is elsewhere and sent no context: it is not for us to invent one.
    if (start.caller && start.caller->sampled) return {};
    Pairs context{{"trace_id", trace.hex()}};
    const auto add = [&context](std::string name, const std::string& value) {
        if (!value.empty()) context.emplace_back(std::move(name), value);
    };
    add("public_key", origin_.public_key);
    add("sample_rate", rate_text(decision.rate));
    add("sample_rand", number_text(decision.rand, 6));
    add("sampled", decision.sampled ? "true" : "false");
    add("release", origin_.release);
    add("environment", origin_.environment);
    add("org_id", origin_.org_id);
    add("transaction", start.name);
    return context;
}

}  // namespace smew::tracing
