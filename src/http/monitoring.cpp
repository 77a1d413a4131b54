#include "http/monitoring.hpp"

#include "http/url.hpp"
#include "profiling/transaction_profiles.hpp"
#include "sentry/client.hpp"
#include "tracing/tracer.hpp"

namespace smew::http {
namespace {

// Requests of machines that ask again and again.
bool is_health_check(std::string_view target) {
    if (target.starts_with("/api/v1/")) target.remove_prefix(7);
    return target.starts_with("/health") || target.starts_with("/metrics");
}

tracing::Traffic traffic_of(std::string_view target, bool upgrade) {
    if (upgrade) return tracing::Traffic::kWebSocket;
    return is_health_check(target) ? tracing::Traffic::kHealth : tracing::Traffic::kApi;
}

std::vector<std::string> query_names(std::string_view target) {
    std::vector<std::string> names;
    const Result<Target> parsed = parse_target(target);
    if (!parsed) return names;
    for (const auto& [name, value] : parsed->query) names.push_back(name);
    return names;
}

}  // namespace

void begin_monitoring(Exchange& exchange, Context& context, bool upgrade) {
    const Head& head = exchange.head;
    if (context.sentry != nullptr && context.sentry->enabled()) {
        exchange.scope.request = sentry::RequestInfo{.method = head.method,
                                                     .url = head.target.substr(0, head.target.find('?')),
                                                     .parameters = query_names(head.target)};
        exchange.scope.tags = {{"request_id", head.request_id}};
        exchange.scope.user.ip_address = head.client_address;
    }
    if (context.tracer == nullptr || !context.tracer->enabled()) return;
    exchange.transaction = context.tracer->start(
        {.name = upgrade ? "websocket connect" : head.method + " unmatched",
         .op = "http.server",
         .traffic = traffic_of(head.target, upgrade),
         .caller = tracing::continuation_of({head.traceparent, head.sentry_trace, head.baggage})});
    if (context.profiles != nullptr) exchange.profiled = context.profiles->during(exchange.transaction);
    exchange.scope.trace = sentry::TraceRef{exchange.transaction.trace(), exchange.transaction.id()};
    exchange.scope.sampling_context = exchange.transaction.sampling_context();
}

void describe_route(Exchange& exchange) {
    const std::string name = exchange.head.method + " " + std::string(exchange.route->pattern);
    exchange.transaction.set_name(name);
    exchange.scope.transaction = name;
    for (const auto& [parameter, tag] : {std::pair("project", "project"), std::pair("workspace", "workspace")}) {
        const auto value = find_text(exchange.request.parameters, parameter);
        if (!value) continue;
        exchange.transaction.set_tag(tag, *value);
        exchange.scope.tags.emplace_back(tag, *value);
        exchange.scope.contexts.push_back({tag, {{"id", *value}}});
    }
}

void describe_caller(Exchange& exchange) {
    const std::string name = exchange.request.caller.name();
    exchange.scope.user.id = name;
    exchange.transaction.set_data("smew.caller", name);
}

void report_failure(Context& context, int status) {
    if (status >= 500 && context.sentry != nullptr) context.sentry->capture_exception(std::current_exception());
}

void announce_trace(Exchange& exchange) {
    for (auto& header : exchange.transaction.propagation_headers()) {
        if (!header.second.empty()) exchange.response->headers.push_back(std::move(header));
    }
}

StoreSpans::StoreSpans(Exchange& exchange, const tracing::Span& parent, const Clock& clock)
    : transaction_(exchange.transaction),
      parent_(parent.id()),
      clock_(clock),
      watched_(transaction_.sampled() ? this : nullptr) {}

void StoreSpans::executed(std::string_view sql, std::chrono::microseconds taken) {
    const WallTime now = clock_.now();
    transaction_.add_span({.parent = parent_,
                           .op = "db",
                           .description = std::string(sql),
                           .start = now - taken,
                           .end = now,
                           .status = tracing::Status::kOk,
                           .data = {{"db.system", "sqlite"}, {"db.system.name", "sqlite"}}});
}

void end_upgrade(Exchange& exchange) {
    constexpr std::int64_t kSwitchingProtocols = 101;
    exchange.transaction.set_data("http.response.status_code", kSwitchingProtocols);
    exchange.profiled.reset();
    exchange.transaction.finish();
}

void end_monitoring(Exchange& exchange, Context& context, std::chrono::microseconds taken) {
    const int status = exchange.response->status;
    exchange.transaction.set_status(tracing::status_of_http(status));
    exchange.transaction.set_data("http.request.method", exchange.head.method);
    exchange.transaction.set_data("http.response.status_code", static_cast<std::int64_t>(status));
    if (exchange.route != nullptr) exchange.transaction.set_data("http.route", std::string(exchange.route->pattern));
    exchange.transaction.set_data("smew.request_id", exchange.head.request_id);
    exchange.profiled.reset();
    exchange.transaction.finish();
    if (context.sentry != nullptr) {
        context.sentry->request_ended(context.clock.now() - taken, status >= 500 || exchange.scope.errored);
    }
}

}  // namespace smew::http
