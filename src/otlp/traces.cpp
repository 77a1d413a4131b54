#include "otlp/traces.hpp"

#include "outbox/protobuf.hpp"

#include <chrono>

namespace smew::otlp {
namespace {

using outbox::Message;

// The numbers of the fields are those of opentelemetry/proto/{common,resource,trace}/v1.
enum : std::uint32_t { kKindInternal = 1, kKindServer = 2, kKindClient = 3 };
enum : std::uint32_t { kStatusOk = 1, kStatusError = 2 };

Message any_value(const tracing::Attribute& value, Clean clean) {
    Message out;
    if (const auto* text = std::get_if<std::string>(&value)) out.text(1, clean(*text));
    if (const auto* flag = std::get_if<bool>(&value)) out.number(2, *flag ? 1 : 0);
    if (const auto* number = std::get_if<std::int64_t>(&value)) out.number(3, static_cast<std::uint64_t>(*number));
    if (const auto* number = std::get_if<double>(&value)) out.real(4, *number);
    return out;
}

Message key_value(std::string_view key, const tracing::Attribute& value, Clean clean) {
    Message out;
    out.text(1, key);
    out.message(2, any_value(value, clean));
    return out;
}

std::uint64_t nanoseconds(WallTime time) {
    return static_cast<std::uint64_t>(std::chrono::nanoseconds(time.time_since_epoch()).count());
}

template <class Id>
std::string_view raw(const Id& id) {
    return {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()};
}

std::uint32_t kind_of(const tracing::SpanRecord& span) {
    if (span.op == "http.server" || span.op == "websocket.server" || span.op == "db.server") return kKindServer;
    return span.op.starts_with("db") ? kKindClient : kKindInternal;
}

Message status_of(const tracing::SpanRecord& span) {
    Message out;
    if (tracing::is_error(span.status)) {
        out.text(2, tracing::to_text(span.status));
        out.number(3, kStatusError);
    } else if (span.status == tracing::Status::kOk) {
        out.number(3, kStatusOk);
    }
    return out;
}

Message span_message(const tracing::SpanRecord& span, const tracing::TraceId& trace, Clean clean) {
    Message out;
    out.text(1, raw(trace));
    out.text(2, raw(span.id));
    if (span.parent.valid()) out.text(4, raw(span.parent));
    out.text(5, clean(span.description.empty() ? span.op : span.description));
    out.number(6, kind_of(span));
    out.fixed64(7, nanoseconds(span.start));
    out.fixed64(8, nanoseconds(span.end));
    out.message(9, key_value("sentry.op", span.op, clean));
    for (const auto& [key, value] : span.data) out.message(9, key_value(key, value, clean));
    out.message(15, status_of(span));
    return out;
}

Message root_message(const tracing::TransactionRecord& transaction, Clean clean) {
    tracing::SpanRecord root = transaction.root;
    for (const auto& [name, value] : transaction.tags) root.data.emplace_back("smew." + name, value);
    return span_message(root, transaction.trace, clean);
}

Message resource_message(const Resource& resource, Clean clean) {
    Message out;
    out.message(1, key_value("service.name", resource.service_name, clean));
    out.message(1, key_value("service.version", resource.service_version, clean));
    out.message(1, key_value("deployment.environment.name", resource.environment, clean));
    out.message(1, key_value("service.instance.id", resource.instance, clean));
    return out;
}

}  // namespace

std::string encode_traces(std::span<const tracing::Finished> transactions, const Resource& resource, Clean clean) {
    Message scope;
    scope.text(1, "smew");
    scope.text(2, resource.service_version);
    Message spans;
    spans.message(1, scope);
    for (const tracing::Finished& transaction : transactions) {
        spans.message(2, root_message(*transaction, clean));
        for (const auto& span : transaction->spans) spans.message(2, span_message(span, transaction->trace, clean));
    }
    Message of_resource;
    of_resource.message(1, resource_message(resource, clean));
    of_resource.message(2, spans);
    Message request;
    request.message(1, of_resource);
    return request.bytes();
}

}  // namespace smew::otlp
