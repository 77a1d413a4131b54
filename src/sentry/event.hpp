#pragma once
// What is reported, as the request's thread leaves it: plain values, no JSON, no names of functions yet.

#include "core/clock.hpp"
#include "core/severity.hpp"
#include "sentry/stack.hpp"
#include "tracing/transaction.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace smew::sentry {

using Level = Severity;

using Tags = std::vector<std::pair<std::string, std::string>>;
using Fields = tracing::Attributes;
// By name: "workspace", "postgres", or one of Sentry's own.
using Contexts = std::vector<std::pair<std::string, Fields>>;

struct User {
    std::string id;                    // a project's or key's id: no person
    std::string username, ip_address;  // sent with sentry_send_default_pii only
    bool empty() const { return id.empty() && username.empty() && ip_address.empty(); }
};

struct Breadcrumb {
    WallTime at{};
    Level level = Level::kInfo;
    std::string category, message;
    Fields data;
};

// Of the request an event happened in. Without query values, headers and body: they are the users'.
struct RequestInfo {
    std::string method, url;
    std::vector<std::string> parameters;  // names of the query's
};

struct ExceptionInfo {
    std::string type, value;
    bool mangled = false;  // the type is as the compiler names it: made readable by the sender
    Stack stack;
    std::string mechanism = "generic";
    bool handled = true, synthetic = false;
    Fields data;  // of the mechanism
};

struct TraceRef {
    tracing::TraceId trace;
    tracing::SpanId span;
};

struct Event {
    std::string id;  // 32 hexadecimal digits
    WallTime at{};
    Level level = Level::kError;
    std::string logger, message, transaction;
    std::vector<ExceptionInfo> exceptions;                       // the outermost first, then what caused it
    std::vector<std::shared_ptr<const Breadcrumb>> breadcrumbs;  // shared with the scope they were left in
    Tags tags;
    Contexts contexts;
    User user;
    std::optional<RequestInfo> request;
    std::vector<std::string> fingerprint;
    std::string sqlstate;  // what filters look at
    std::optional<TraceRef> trace;
    tracing::Pairs sampling_context;
    std::int64_t thread = 0;
    std::shared_ptr<const std::vector<Module>> modules;  // where the stack's addresses lie; null: in this process
    std::string release;                                 // empty: this one's
};

}  // namespace smew::sentry
