#include "http/endpoints.hpp"
#include "http/lookup.hpp"
#include "http/problem.hpp"
#include "telemetry/log.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <charconv>

namespace smew::http::endpoints {
namespace {

namespace json = boost::json;

json::object render(const observe::AlertRecord::Receipt& receipt) {
    const char* status = receipt.attempts == 0 ? "waiting" : receipt.error.empty() ? "delivered" : "failed";
    return {{"webhook", receipt.webhook},
            {"status", status},
            {"attempts", receipt.attempts},
            {"error", receipt.error.empty() ? json::value(nullptr) : json::value(receipt.error)}};
}

json::object render(std::uint64_t number, const observe::Alert& alert) {
    json::object context;
    for (const auto& [name, value] : alert.context) {
        context[name] = std::visit([](const auto& held) -> json::value { return json::value(held); }, value);
    }
    return {{"id", number},
            {"alert", observe::kind_of(alert.type).name},
            {"severity", observe::kind_of(alert.type).severity},
            {"status", alert.resolved ? "resolved" : "firing"},
            {"timestamp", to_iso8601(alert.at)},
            {"summary", alert.summary},
            {"description", alert.description},
            {"context", std::move(context)},
            {"value", alert.value ? json::value(*alert.value) : json::value(nullptr)},
            {"suppressed", alert.suppressed}};
}

json::object render(const observe::AlertRecord& record) {
    json::object rendered = render(record.number, record.alert);
    json::array deliveries;
    for (const auto& receipt : record.receipts) deliveries.push_back(render(receipt));
    rendered["deliveries"] = std::move(deliveries);
    return rendered;
}

std::size_t limit_of(const Request& request) {
    return static_cast<std::size_t>(request.number("limit"));
}

}  // namespace

Response list_alerts(const Request& request, Context& context) {
    json::array alerts;
    for (const auto& record : context.alerts.history(limit_of(request))) alerts.push_back(render(record));
    const std::size_t count = alerts.size();
    return json_response(
        json::object{{"alerts", std::move(alerts)}, {"count", count}, {"webhooks", context.alerts.webhooks()}});
}

// Where they were sent to is the operator's affair.
Response list_project_alerts(const Request& request, Context& context) {
    const ProjectId project = find_project(request, context).id;
    json::array alerts;
    for (const auto& record : context.alerts.history(limit_of(request), &project))
        alerts.push_back(render(record.number, record.alert));
    const std::size_t count = alerts.size();
    return json_response(json::object{{"alerts", std::move(alerts)}, {"count", count}});
}

Response get_alert(const Request& request, Context& context) {
    const std::string& text = request.parameter("alert");
    std::uint64_t number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool valid = failed == std::errc{} && end == text.data() + text.size();
    const auto record = valid ? context.alerts.find(number) : std::nullopt;
    if (!record) fail(404, "alert_not_found", "there is no such alert, or it is too old to be kept");
    return json_response(render(*record));
}

Response test_alert(const Request& request, Context& context) {
    const std::uint64_t number = context.alerts.send_test();
    log::info("test_alert_sent", {{"by", request.caller.name()}, {"request_id", request.request_id}});
    return json_response(
        json::object{{"message", "Test alert sent"}, {"id", number}, {"webhooks", context.alerts.webhooks()}}, 202);
}

}  // namespace smew::http::endpoints
