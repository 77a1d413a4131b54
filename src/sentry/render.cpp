#include "sentry/render.hpp"

#include "sentry/render_parts.hpp"
#include "sentry/scrub.hpp"

#include <boost/json/array.hpp>

#include <sys/utsname.h>
#include <thread>

namespace smew::sentry {

namespace json = boost::json;

double epoch_seconds(WallTime time) {
    return static_cast<double>(time.time_since_epoch().count()) / 1e6;
}

json::object sdk_object(const Identity& identity) {
    return {{"name", "smew.native"},
            {"version", identity.version},
            {"packages", json::array{json::object{{"name", "smew"}, {"version", identity.version}}}}};
}

namespace {

json::object system_contexts() {
    utsname system{};
    ::uname(&system);
    return {{"os", json::object{{"name", system.sysname}, {"kernel_version", system.release}}},
            {"device", json::object{{"arch", system.machine},
                                    {"processor_count", static_cast<int>(std::thread::hardware_concurrency())}}},
            {"runtime", json::object{{"name", "c++"}, {"version", std::to_string(__cplusplus)}}}};
}

json::object common(const Identity& identity) {
    return {{"platform", "native"},
            {"release", identity.release},
            {"environment", identity.environment},
            {"server_name", identity.server_name},
            {"sdk", sdk_object(identity)}};
}

void add_what_happened(json::object& out, const Event& event) {
    if (!event.exceptions.empty()) {
        out["exception"] = json::object{{"values", rendered_exceptions(event)}};
        out["debug_meta"] = json::object{{"images", rendered_images(event)}};
    }
    // Not "message": receivers that hold reports against the schema refuse it.
    if (!event.message.empty()) out["logentry"] = json::object{{"formatted", bounded(event.message)}};
    if (!event.fingerprint.empty())
        out["fingerprint"] = json::array(event.fingerprint.begin(), event.fingerprint.end());
}

void add_surroundings(json::object& out, const Event& event, const Identity& identity) {
    json::object contexts = system_contexts();
    for (const auto& [name, fields] : event.contexts) contexts[name] = rendered_fields(fields);
    if (event.trace) {
        contexts["trace"] = json::object{{"trace_id", event.trace->trace.hex()}, {"span_id", event.trace->span.hex()}};
    }
    out["contexts"] = std::move(contexts);
    out["tags"] = rendered_tags(event.tags);
    if (!event.breadcrumbs.empty()) out["breadcrumbs"] = json::object{{"values", rendered_breadcrumbs(event)}};
    if (json::object user = rendered_user(event.user, identity); !user.empty()) out["user"] = std::move(user);
    if (event.request) out["request"] = rendered_request(*event.request);
    if (!event.transaction.empty()) out["transaction"] = event.transaction;
    if (!event.logger.empty()) out["logger"] = event.logger;
}

std::string profiler_of(const tracing::TransactionRecord& transaction) {
    for (const auto& [name, value] : transaction.root.data) {
        if (name == "profiler_id") return std::get<std::string>(value);
    }
    return {};
}

}  // namespace

json::object render_event(const Event& event, const Identity& identity) {
    json::object out = common(identity);
    if (!event.release.empty()) out["release"] = event.release;
    out["event_id"] = event.id;
    out["timestamp"] = epoch_seconds(event.at);
    out["level"] = to_text(event.level);
    add_what_happened(out, event);
    add_surroundings(out, event, identity);
    json::value tree = std::move(out);
    scrub(tree);
    return std::move(tree.get_object());
}

json::object render_transaction(const tracing::TransactionRecord& transaction, const std::string& event_id,
                                const Identity& identity) {
    json::object out = common(identity);
    out["type"] = "transaction";
    out["event_id"] = event_id;
    out["transaction"] = bounded(transaction.root.description);
    out["transaction_info"] = json::object{{"source", transaction.source}};
    out["start_timestamp"] = epoch_seconds(transaction.root.start);
    out["timestamp"] = epoch_seconds(transaction.root.end);
    json::object contexts = system_contexts();
    contexts["trace"] = rendered_trace(transaction);
    if (const std::string profiler = profiler_of(transaction); !profiler.empty())
        contexts["profile"] = json::object{{"profiler_id", profiler}};
    out["contexts"] = std::move(contexts);
    out["tags"] = rendered_tags(transaction.tags);
    json::array spans;
    for (const tracing::SpanRecord& span : transaction.spans) spans.push_back(rendered_span(span, transaction.trace));
    out["spans"] = std::move(spans);
    json::value tree = std::move(out);
    scrub(tree);
    return std::move(tree.get_object());
}

}  // namespace smew::sentry
