#include "observe/alert_payload.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <array>

namespace smew::observe {
namespace {

namespace json = boost::json;

constexpr std::array<AlertKind, kAlertTypes> kKinds = {{
    {"PGWireHighErrorRate", "warning"},
    {"PGWireHighLatency", "warning"},
    {"PGWireAuthFailures", "critical"},
    {"PGWireSlowQuery", "warning"},
    {"PGWireServerDown", "critical"},
    {"WorkspaceSizeExceeded", "warning"},
    {"WorkspaceWorkerLost", "warning"},
    {"SmewTestAlert", "info"},
}};

json::value to_json(const Alert::Value& value) {
    return std::visit([](const auto& held) -> json::value { return json::value(held); }, value);
}

std::string to_text(const Alert::Value& value) {
    const auto* text = std::get_if<std::string>(&value);
    return text != nullptr ? *text : std::to_string(std::get<std::int64_t>(value));
}

std::string title(const Alert& alert) {
    const std::string state = alert.resolved ? "resolved" : std::string(kind_of(alert.type).severity);
    return "[" + state + "] " + alert.summary;
}

json::object generic(const Alert& alert, std::string_view instance) {
    json::object context;
    for (const auto& [name, value] : alert.context) context[name] = to_json(value);
    json::object body{{"alert", kind_of(alert.type).name},
                      {"severity", kind_of(alert.type).severity},
                      {"status", alert.resolved ? "resolved" : "firing"},
                      {"timestamp", to_iso8601(alert.at)},
                      {"summary", alert.summary},
                      {"description", alert.description},
                      {"context", std::move(context)},
                      {"labels", json::object{{"service", "pgwire"}, {"instance", instance}}}};
    body["value"] = alert.value ? json::value(*alert.value) : json::value(nullptr);
    if (alert.suppressed > 0) body["suppressed"] = alert.suppressed;
    return body;
}

// Slack's escapes; without them a user's name could make a link or call a channel.
std::string slack_text(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else
            out += c;
    }
    return out;
}

json::object slack(const Alert& alert, std::string_view instance) {
    json::array fields;
    for (const auto& [name, value] : alert.context) {
        fields.push_back(json::object{{"title", name}, {"value", slack_text(to_text(value))}, {"short", true}});
    }
    json::object attachment{{"color", alert.resolved ? "good" : "danger"},
                            {"title", slack_text(title(alert))},
                            {"text", slack_text(alert.description)},
                            {"fields", std::move(fields)},
                            {"footer", "smew " + slack_text(instance)}};
    return {{"text", slack_text(title(alert))}, {"attachments", json::array{std::move(attachment)}}};
}

// An Adaptive Card, which both Teams workflows and the older connectors take.
json::object teams(const Alert& alert, std::string_view instance) {
    json::array facts{json::object{{"title", "instance"}, {"value", instance}}};
    for (const auto& [name, value] : alert.context) {
        facts.push_back(json::object{{"title", name}, {"value", to_text(value)}});
    }
    json::array elements{
        json::object{{"type", "TextBlock"}, {"text", title(alert)}, {"weight", "Bolder"}, {"wrap", true}},
        json::object{{"type", "TextBlock"}, {"text", alert.description}, {"wrap", true}},
        json::object{{"type", "FactSet"}, {"facts", std::move(facts)}}};
    json::object card{{"$schema", "http://adaptivecards.io/schemas/adaptive-card.json"},
                      {"type", "AdaptiveCard"},
                      {"version", "1.4"},
                      {"body", std::move(elements)}};
    json::object attachment{{"contentType", "application/vnd.microsoft.card.adaptive"}, {"content", std::move(card)}};
    return {{"type", "message"}, {"attachments", json::array{std::move(attachment)}}};
}

json::object discord(const Alert& alert, std::string_view instance) {
    constexpr int kGreen = 0x2EB67D, kRed = 0xE01E5A;
    json::array fields;
    for (const auto& [name, value] : alert.context) {
        fields.push_back(json::object{{"name", name}, {"value", to_text(value)}, {"inline", true}});
    }
    json::object embed{{"title", title(alert)},
                       {"description", alert.description},
                       {"color", alert.resolved ? kGreen : kRed},
                       {"timestamp", to_iso8601(alert.at)},
                       {"fields", std::move(fields)},
                       {"footer", json::object{{"text", "smew " + std::string(instance)}}}};
    // Nobody is called by what a user name may hold.
    return {{"embeds", json::array{std::move(embed)}}, {"allowed_mentions", json::object{{"parse", json::array{}}}}};
}

}  // namespace

const AlertKind& kind_of(AlertType type) {
    return kKinds.at(static_cast<std::size_t>(type));
}

std::string render_alert(const Alert& alert, PayloadFormat format, std::string_view instance) {
    switch (format) {
        case PayloadFormat::kSlack:
            return json::serialize(slack(alert, instance));
        case PayloadFormat::kTeams:
            return json::serialize(teams(alert, instance));
        case PayloadFormat::kDiscord:
            return json::serialize(discord(alert, instance));
        case PayloadFormat::kGeneric:
            break;
    }
    return json::serialize(generic(alert, instance));
}

}  // namespace smew::observe
