#pragma once
// Sends traces to an OpenTelemetry collector by OTLP/HTTP: a bounded queue and a thread; batches, gzip, and as the
// specification wants it, another attempt after 429, 502, 503, 504 and no answer.
// Source: opentelemetry.io, "OTLP Specification", OTLP/HTTP.

#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/secret.hpp"
#include "otlp/traces.hpp"
#include "outbox/post.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace smew::otlp {

using Headers = std::vector<std::pair<std::string, std::string>>;

// "name=value,name=value" as OTEL_EXPORTER_OTLP_HEADERS has it; 22023 with what is wrong.
Result<Headers> parse_headers(const Secret& text);
// The endpoint's /v1/traces; 22023 when it is no URL.
Result<std::string> traces_url(std::string_view endpoint);

struct ExporterOptions {
    std::string url;
    Headers headers;
    Resource resource;
    std::size_t queue = 1000;
    std::chrono::milliseconds batch_every{1000}, shutdown_timeout{2000}, request_timeout{10'000};
    std::chrono::milliseconds first_retry{1000}, longest_retry{30'000};
    int attempts = 5;
    Clean clean;  // the wall before everything that leaves
};

class Exporter final : public tracing::Sink {
public:
    explicit Exporter(ExporterOptions options);
    // Sends what waits for at most shutdown_timeout.
    ~Exporter() override;
    Exporter(const Exporter&) = delete;
    Exporter& operator=(const Exporter&) = delete;

    void finished(const tracing::Finished& transaction) override;
    void sampled_out() override {}

private:
    void run();
    std::vector<tracing::Finished> next_batch();
    void send(const std::vector<tracing::Finished>& batch);
    bool pause(std::chrono::milliseconds time);

    const ExporterOptions options_;
    std::mutex mutex_;  // guards the four below
    std::deque<tracing::Finished> queue_;
    std::uint64_t dropped_ = 0;
    bool stopping_ = false, ended_ = false;
    std::condition_variable changed_;
    outbox::Poster poster_;
    std::thread thread_;  // last: starts when all else is there
};

}  // namespace smew::otlp
