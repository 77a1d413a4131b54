#include "otlp/exporter.hpp"

#include "outbox/gzip.hpp"
#include "outbox/retry_after.hpp"
#include "telemetry/log.hpp"

#include <algorithm>
#include <charconv>

namespace smew::otlp {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kBatch = 512;

Error wrong(std::string message) {
    return {sqlstate::kInvalidParameterValue, std::move(message)};
}

bool worth_another_attempt(int status) {
    return status == 0 || status == 429 || status == 502 || status == 503 || status == 504;
}

// No longer than a minute: what gathers meanwhile is dropped.
milliseconds asked_for(const std::string& retry_after) {
    const auto asked = outbox::parse_retry_after(retry_after, SystemClock().now());
    return std::min(asked.value_or(std::chrono::seconds(0)), std::chrono::seconds(60));
}

}  // namespace

Result<Headers> parse_headers(const Secret& text) {
    Headers headers;
    std::string_view rest = text.reveal();
    while (!rest.empty()) {
        const std::size_t comma = rest.find(',');
        const std::string_view entry = rest.substr(0, comma);
        rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
        const std::size_t equals = entry.find('=');
        if (equals == std::string_view::npos || equals == 0) {
            return wrong("otlp_headers must be name=value,name=value");
        }
        headers.emplace_back(entry.substr(0, equals), entry.substr(equals + 1));
    }
    return headers;
}

Result<std::string> traces_url(std::string_view endpoint) {
    if (!endpoint.starts_with("http://") && !endpoint.starts_with("https://")) {
        return wrong("otlp_endpoint must begin with http:// or https://");
    }
    while (endpoint.ends_with('/')) endpoint.remove_suffix(1);
    return std::string(endpoint) + (endpoint.ends_with("/v1/traces") ? "" : "/v1/traces");
}

Exporter::Exporter(ExporterOptions options) : options_(std::move(options)), thread_(&Exporter::run, this) {}

Exporter::~Exporter() {
    {
        std::unique_lock lock(mutex_);
        stopping_ = true;
        changed_.notify_all();
        changed_.wait_for(lock, options_.shutdown_timeout, [this] { return ended_; });
    }
    poster_.abort();
    thread_.join();
}

void Exporter::finished(const tracing::Finished& transaction) {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= options_.queue) {
        queue_.pop_front();
        ++dropped_;
    }
    queue_.push_back(transaction);
}

// What has gathered since the last one; at the end until nothing is left, and then nothing.
std::vector<tracing::Finished> Exporter::next_batch() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, options_.batch_every, [this] { return stopping_; });
    const std::size_t count = std::min(queue_.size(), kBatch);
    std::vector<tracing::Finished> batch(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(count));
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(count));
    if (dropped_ > 0) log::warning("otlp_traces_dropped", {{"count", std::exchange(dropped_, 0)}});
    if (batch.empty() && stopping_) ended_ = true;
    return batch;
}

void Exporter::run() {
    while (true) {
        const std::vector<tracing::Finished> batch = next_batch();
        if (!batch.empty()) {
            send(batch);
            continue;
        }
        const std::lock_guard lock(mutex_);
        if (!ended_) continue;
        changed_.notify_all();
        return;
    }
}

void Exporter::send(const std::vector<tracing::Finished>& batch) {
    outbox::PostRequest request{.url = options_.url,
                                .headers = options_.headers,
                                .body = outbox::gzip(encode_traces(batch, options_.resource, options_.clean)),
                                .timeout = options_.request_timeout};
    request.headers.emplace_back("Content-Type", "application/x-protobuf");
    request.headers.emplace_back("Content-Encoding", "gzip");
    request.headers.emplace_back("User-Agent", "smew/" + options_.resource.service_version);
    milliseconds wait = options_.first_retry;
    for (int made = 1;; ++made) {
        const outbox::PostReply reply = poster_.post(request);
        if (reply.delivered()) return;
        const bool again = worth_another_attempt(reply.status) && made < options_.attempts &&
                           pause(std::max(wait, asked_for(reply.retry_after)));
        wait = std::min(wait * 2, options_.longest_retry);
        if (again) continue;
        log::warning("otlp_export_failed",
                     {{"traces", batch.size()}, {"status", reply.status}, {"error", reply.error}});
        return;
    }
}

// False when the exporter is to end.
bool Exporter::pause(milliseconds time) {
    std::unique_lock lock(mutex_);
    return !changed_.wait_for(lock, time, [this] { return stopping_; });
}

}  // namespace smew::otlp
