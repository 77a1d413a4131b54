#pragma once
// A piece of work that is traced: a transaction and the spans inside it. Recorded when it is sampled; when not, it
// still carries the trace's identity to whoever is called next.
//
//     tracing::Transaction transaction = tracer.start({.name = "GET /projects", .op = "http.server"});
//     { const tracing::Span span = transaction.span("db.query", "SELECT $1"); … }
//
// A transaction is used by one thread at a time; it may go from thread to thread.

#include "core/clock.hpp"
#include "tracing/propagation.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace smew::tracing {

// The names are Sentry's; each has its counterpart in OpenTelemetry's three.
enum class Status : std::uint8_t {
    kUnset,
    kOk,
    kInvalidArgument,
    kUnauthenticated,
    kPermissionDenied,
    kNotFound,
    kAlreadyExists,
    kResourceExhausted,
    kCancelled,
    kDeadlineExceeded,
    kUnavailable,
    kInternalError,
    kUnknownError,
};
std::string_view to_text(Status status);  // "ok", "invalid_argument"
bool is_error(Status status);             // the server's fault, or nobody knows whose
Status status_of_http(int status);
Status status_of_sqlstate(std::string_view sqlstate);  // empty: kOk

using Attribute = std::variant<std::string, std::int64_t, double, bool>;
using Attributes = std::vector<std::pair<std::string, Attribute>>;

struct SpanRecord {
    SpanId id, parent;
    std::string op, description;
    WallTime start{}, end{};
    Status status = Status::kUnset;
    Attributes data;
};

inline constexpr std::size_t kMaxSpans = 1000;  // Sentry's limit; further ones are not recorded

struct TransactionRecord {
    TraceId trace;
    SpanRecord root;  // its description is the transaction's name
    std::string_view source = "route";
    Pairs tags;
    Pairs sampling_context;
    std::vector<SpanRecord> spans;
};
using Finished = std::shared_ptr<const TransactionRecord>;  // shared by the exporters

// What takes finished transactions: Sentry's client and the OTLP exporter. Called on the thread that ends the work.
class Sink {
public:
    virtual ~Sink() = default;
    virtual void finished(const Finished& transaction) = 0;
    virtual void sampled_out() = 0;
};

class Transaction;

// Ends with its scope.
class Span {
public:
    Span() = default;  // records nothing
    Span(Span&& other) noexcept : transaction_(std::exchange(other.transaction_, nullptr)), index_(other.index_) {}
    Span& operator=(Span&&) = delete;
    ~Span() { finish(); }

    void set_status(Status status);
    void set_data(std::string_view name, Attribute value);
    void finish();
    SpanId id() const;  // none when nothing is recorded

private:
    friend class Transaction;
    Span(Transaction& transaction, std::size_t index) : transaction_(&transaction), index_(index) {}

    Transaction* transaction_ = nullptr;
    std::size_t index_ = 0;
};

class Transaction {
public:
    Transaction() = default;  // of no trace; records nothing
    Transaction(Transaction&&) noexcept = default;
    Transaction& operator=(Transaction&& other) noexcept;
    ~Transaction() { finish(); }

    bool sampled() const { return record_ != nullptr; }
    const TraceId& trace() const { return trace_; }
    const SpanId& id() const { return id_; }
    const Pairs& sampling_context() const { return sampling_context_; }

    // Of low cardinality: a route's pattern, never a path.
    void set_name(std::string name);
    void set_status(Status status);
    void set_data(std::string_view name, Attribute value);
    void set_tag(std::string_view name, std::string value);
    // Of what happens from here on. Ends before the transaction does.
    Span span(std::string_view op, std::string_view description = {});
    // What was measured elsewhere.
    void add_span(SpanRecord span);
    // For work measured elsewhere: what else would be the time of start() and finish().
    void set_times(WallTime start, WallTime end);
    // Hands what was recorded to the exporters; the destructor does it as well.
    void finish();

    // For calls this work makes: headers traceparent, sentry-trace, baggage.
    Pairs propagation_headers() const;

private:
    friend class Tracer;
    friend class Span;

    TraceId trace_;
    SpanId id_;
    Pairs sampling_context_;
    std::string other_baggage_;
    bool decided_ = false;  // whether anybody samples at all
    std::unique_ptr<TransactionRecord> record_;
    const Clock* clock_ = nullptr;
    const std::vector<Sink*>* sinks_ = nullptr;
};

}  // namespace smew::tracing
