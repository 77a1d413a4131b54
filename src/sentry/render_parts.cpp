#include "sentry/render_parts.hpp"

#include "core/characters.hpp"

#include <algorithm>
#include <cctype>

namespace smew::sentry {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxTagName = 32, kMaxTagValue = 200, kMaxFieldText = 2048;

json::value value_of(const tracing::Attribute& attribute) {
    if (const auto* text = std::get_if<std::string>(&attribute)) return json::value(bounded(*text, kMaxFieldText));
    if (const auto* number = std::get_if<std::int64_t>(&attribute)) return *number;
    if (const auto* number = std::get_if<double>(&attribute)) return *number;
    return std::get<bool>(attribute);
}

// Tags have letters, digits and _.:- in their names, and values of one line.
std::string tag_name(std::string_view name) {
    std::string text(name.substr(0, kMaxTagName));
    std::ranges::replace_if(
        text, [](unsigned char c) { return std::isalnum(c) == 0 && c != '_' && c != '.' && c != ':' && c != '-'; },
        '_');
    return text;
}

std::string one_line(std::string text) {
    std::ranges::replace_if(
        text, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
    return text;
}

}  // namespace

std::string bounded(std::string_view text, std::size_t limit) {
    if (text.size() <= limit) return std::string(text);
    return std::string(whole_characters(text, limit - 3)) + "...";
}

json::object rendered_fields(const Fields& fields) {
    json::object out;
    for (const auto& [name, value] : fields) out[name] = value_of(value);
    return out;
}

json::object rendered_tags(const Tags& tags) {
    json::object out;
    for (const auto& [name, value] : tags) {
        if (!name.empty() && !value.empty()) out[tag_name(name)] = one_line(bounded(value, kMaxTagValue));
    }
    return out;
}

json::array rendered_breadcrumbs(const Event& event) {
    json::array out;
    for (const auto& left : event.breadcrumbs) {
        const Breadcrumb& crumb = *left;
        json::object entry{{"timestamp", epoch_seconds(crumb.at)},
                           {"level", to_text(crumb.level)},
                           {"category", crumb.category},
                           {"message", bounded(crumb.message, kMaxFieldText)}};
        if (!crumb.data.empty()) entry["data"] = rendered_fields(crumb.data);
        out.push_back(std::move(entry));
    }
    return out;
}

json::object rendered_user(const User& user, const Identity& identity) {
    json::object out;
    if (!user.id.empty()) out["id"] = user.id;
    if (!identity.send_default_pii) return out;
    if (!user.username.empty()) out["username"] = user.username;
    if (!user.ip_address.empty()) out["ip_address"] = user.ip_address;
    return out;
}

json::object rendered_request(const RequestInfo& request) {
    json::object out{{"method", request.method}, {"url", bounded(request.url, kMaxFieldText)}};
    std::string names;
    for (const std::string& name : request.parameters) names += (names.empty() ? "" : "&") + name + "=";
    if (!names.empty()) out["query_string"] = bounded(names, kMaxFieldText);
    return out;
}

json::object rendered_trace(const tracing::TransactionRecord& transaction) {
    const tracing::SpanRecord& root = transaction.root;
    json::object out{{"trace_id", transaction.trace.hex()},
                     {"span_id", root.id.hex()},
                     {"op", root.op},
                     {"status", tracing::to_text(root.status)},
                     {"origin", "auto.smew"}};
    if (root.parent.valid()) out["parent_span_id"] = root.parent.hex();
    if (!root.data.empty()) out["data"] = rendered_fields(root.data);
    return out;
}

json::object rendered_span(const tracing::SpanRecord& span, const tracing::TraceId& trace) {
    json::object out{{"trace_id", trace.hex()},
                     {"span_id", span.id.hex()},
                     {"parent_span_id", span.parent.hex()},
                     {"op", span.op},
                     {"start_timestamp", epoch_seconds(span.start)},
                     {"timestamp", epoch_seconds(std::max(span.start, span.end))},
                     {"origin", "auto.smew"}};
    if (!span.description.empty()) out["description"] = bounded(span.description);
    if (span.status != tracing::Status::kUnset) out["status"] = tracing::to_text(span.status);
    if (!span.data.empty()) out["data"] = rendered_fields(span.data);
    return out;
}

}  // namespace smew::sentry
