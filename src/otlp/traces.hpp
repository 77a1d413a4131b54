#pragma once
// Transactions as OpenTelemetry's ExportTraceServiceRequest.
// Source: opentelemetry-proto v1, trace.proto, and the semantic conventions for HTTP and databases.

#include "tracing/transaction.hpp"

#include <span>
#include <string>

namespace smew::otlp {

struct Resource {
    std::string service_name, service_version, environment, instance;
};

// Protocol Buffers. Every text has gone through `clean`.
using Clean = std::string (*)(std::string_view);
std::string encode_traces(std::span<const tracing::Finished> transactions, const Resource& resource, Clean clean);

}  // namespace smew::otlp
