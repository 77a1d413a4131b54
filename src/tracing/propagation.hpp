#pragma once
// A trace's way from one service into the next: W3C `traceparent`, Sentry's `sentry-trace`, and `baggage` with Sentry's
// dynamic sampling context. Pure.
// Sources: W3C Trace Context; develop.sentry.dev, "Trace Propagation" and "Dynamic Sampling Context".

#include "tracing/ids.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace smew::tracing {

using Pairs = std::vector<std::pair<std::string, std::string>>;

// What a caller said of the trace its request belongs to.
struct Continuation {
    TraceId trace;
    SpanId parent;
    std::optional<bool> sampled;  // nothing: the decision is left to us
    // The sampling context as the trace's head fixed it, names without "sentry-"; empty when it was not sent.
    Pairs sampling_context;
    std::string other_baggage;  // of other vendors, to be passed on as it came
};

// The headers as they came; empty ones are missing. sentry-trace wins over traceparent. nullopt: no valid one.
struct TraceHeaders {
    std::string_view traceparent, sentry_trace, baggage;
};
std::optional<Continuation> continuation_of(const TraceHeaders& headers);

// "00-{trace}-{span}-01"
std::string traceparent_text(const TraceId& trace, const SpanId& span, bool sampled);
// "{trace}-{span}-1"; without a decision the last part is missing.
std::string sentry_trace_text(const TraceId& trace, const SpanId& span, std::optional<bool> sampled);
// "sentry-trace_id=…,sentry-sampled=true,vendor=…"
std::string baggage_text(const Pairs& sampling_context, std::string_view other);

// The value of that name; empty when there is none.
std::string_view find_pair(const Pairs& pairs, std::string_view name);

}  // namespace smew::tracing
