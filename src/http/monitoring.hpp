#pragma once
// What tracing and error monitoring learn of a request: names and numbers, never its query's values, headers or body.

#include "catalog/store_watch.hpp"
#include "http/dispatch.hpp"

#include <chrono>

namespace smew::http {

// When the head has been read. `upgrade`: it asks for the WebSocket door, whose connections have a rate of their own.
void begin_monitoring(Exchange& exchange, Context& context, bool upgrade = false);
// When the route is known, and when the caller is.
void describe_route(Exchange& exchange);
void describe_caller(Exchange& exchange);
// In a catch block, of what answers with this status: the server's own failures are reported.
void report_failure(Context& context, int status);
// Tells the client the trace: headers traceparent, sentry-trace and baggage of the response.
void announce_trace(Exchange& exchange);
// While it lives, what this thread asks the metadata store is told in spans below `parent`. Of a request that is not
// recorded nothing is measured.
class StoreSpans final : public catalog::StoreWatcher {
public:
    StoreSpans(Exchange& exchange, const tracing::Span& parent, const Clock& clock);
    StoreSpans(const StoreSpans&) = delete;
    StoreSpans& operator=(const StoreSpans&) = delete;

    void executed(std::string_view sql, std::chrono::microseconds taken) override;

private:
    tracing::Transaction& transaction_;
    const tracing::SpanId parent_;
    const Clock& clock_;
    const catalog::WatchedStore watched_;
};
// The connection is the WebSocket door's from here on.
void end_upgrade(Exchange& exchange);
// When the response has been sent.
void end_monitoring(Exchange& exchange, Context& context, std::chrono::microseconds taken);

}  // namespace smew::http
