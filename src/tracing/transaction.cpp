#include "tracing/transaction.hpp"

#include <algorithm>
#include <array>

namespace smew::tracing {
namespace {

constexpr std::array<std::string_view, 13> kStatusNames{"unknown",           "ok",
                                                        "invalid_argument",  "unauthenticated",
                                                        "permission_denied", "not_found",
                                                        "already_exists",    "resource_exhausted",
                                                        "cancelled",         "deadline_exceeded",
                                                        "unavailable",       "internal_error",
                                                        "unknown_error"};

void set(Attributes& attributes, std::string_view name, Attribute value) {
    const auto found = std::ranges::find(attributes, name, [](const auto& a) { return std::string_view(a.first); });
    if (found != attributes.end()) {
        found->second = std::move(value);
    } else {
        attributes.emplace_back(name, std::move(value));
    }
}

}  // namespace

std::string_view to_text(Status status) {
    return kStatusNames.at(static_cast<std::size_t>(status));
}

bool is_error(Status status) {
    return status == Status::kInternalError || status == Status::kUnknownError || status == Status::kUnavailable ||
           status == Status::kDeadlineExceeded || status == Status::kResourceExhausted;
}

Status status_of_http(int status) {
    if (status < 400) return Status::kOk;
    switch (status) {
        case 401:
            return Status::kUnauthenticated;
        case 403:
            return Status::kPermissionDenied;
        case 404:
            return Status::kNotFound;
        case 409:
            return Status::kAlreadyExists;
        case 429:
            return Status::kResourceExhausted;
        case 503:
            return Status::kUnavailable;
        case 504:
            return Status::kDeadlineExceeded;
        default:
            return status < 500 ? Status::kInvalidArgument : Status::kInternalError;
    }
}

Status status_of_sqlstate(std::string_view sqlstate) {
    if (sqlstate.empty() || sqlstate == "00000") return Status::kOk;
    if (sqlstate == "57014") return Status::kCancelled;
    const std::string_view kind = sqlstate.substr(0, 2);
    if (kind == "28") return Status::kUnauthenticated;
    if (sqlstate == "42501") return Status::kPermissionDenied;
    if (sqlstate == "23505") return Status::kAlreadyExists;
    if (kind == "53" || kind == "54") return Status::kResourceExhausted;
    if (kind == "08" || kind == "57") return Status::kUnavailable;
    if (kind == "XX" || kind == "58" || kind == "F0") return Status::kInternalError;
    return Status::kInvalidArgument;
}

void Span::set_status(Status status) {
    if (transaction_ != nullptr) transaction_->record_->spans[index_].status = status;
}

void Span::set_data(std::string_view name, Attribute value) {
    if (transaction_ != nullptr) set(transaction_->record_->spans[index_].data, name, std::move(value));
}

SpanId Span::id() const {
    return transaction_ == nullptr ? SpanId{} : transaction_->record_->spans[index_].id;
}

void Span::finish() {
    if (transaction_ == nullptr) return;
    Transaction& transaction = *std::exchange(transaction_, nullptr);
    if (transaction.record_) transaction.record_->spans[index_].end = transaction.clock_->now();
}

Transaction& Transaction::operator=(Transaction&& other) noexcept {
    if (this == &other) return *this;
    finish();
    trace_ = other.trace_;
    id_ = other.id_;
    sampling_context_ = std::move(other.sampling_context_);
    other_baggage_ = std::move(other.other_baggage_);
    decided_ = other.decided_;
    record_ = std::move(other.record_);
    clock_ = other.clock_;
    sinks_ = other.sinks_;
    return *this;
}

void Transaction::set_name(std::string name) {
    if (record_) record_->root.description = std::move(name);
}
void Transaction::set_status(Status status) {
    if (record_) record_->root.status = status;
}
void Transaction::set_data(std::string_view name, Attribute value) {
    if (record_) set(record_->root.data, name, std::move(value));
}
void Transaction::set_tag(std::string_view name, std::string value) {
    if (record_ && !value.empty()) record_->tags.emplace_back(name, std::move(value));
}

Span Transaction::span(std::string_view op, std::string_view description) {
    if (!record_ || record_->spans.size() >= kMaxSpans) return {};
    record_->spans.push_back({.id = new_span_id(),
                              .parent = id_,
                              .op = std::string(op),
                              .description = std::string(description),
                              .start = clock_->now()});
    return {*this, record_->spans.size() - 1};
}

void Transaction::add_span(SpanRecord span) {
    if (!record_ || record_->spans.size() >= kMaxSpans) return;
    if (!span.id.valid()) span.id = new_span_id();
    if (!span.parent.valid()) span.parent = id_;
    record_->spans.push_back(std::move(span));
}

void Transaction::set_times(WallTime start, WallTime end) {
    if (!record_) return;
    record_->root.start = start;
    record_->root.end = std::max(start, end);
}

void Transaction::finish() {
    if (!record_) return;
    const WallTime now = clock_->now();
    if (record_->root.end == WallTime{}) record_->root.end = std::max(now, record_->root.start);
    for (SpanRecord& span : record_->spans) {
        if (span.end == WallTime{}) span.end = now;  // an exception passed it by
    }
    if (record_->root.status == Status::kUnset) record_->root.status = Status::kOk;
    const Finished done = std::move(record_);
    for (Sink* sink : *sinks_) sink->finished(done);
}

Pairs Transaction::propagation_headers() const {
    if (!trace_.valid()) return {};
    const std::optional<bool> decision = decided_ ? std::optional(sampled()) : std::nullopt;
    return {{"traceparent", traceparent_text(trace_, id_, sampled())},
            {"sentry-trace", sentry_trace_text(trace_, id_, decision)},
            {"baggage", baggage_text(sampling_context_, other_baggage_)}};
}

}  // namespace smew::tracing
