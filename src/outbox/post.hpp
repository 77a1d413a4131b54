#pragma once
// HTTP POST of telemetry to one receiver. Keeps its connection between requests; for one thread.

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace smew::outbox {

struct PostRequest {
    std::string url;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    std::chrono::milliseconds timeout{10'000};
};

struct PostReply {
    int status = 0;     // of HTTP; 0: no answer
    std::string error;  // empty when there was an answer
    // Header lines that tell a sender when it may send again; empty when they were not there.
    std::string retry_after, sentry_rate_limits;
    bool delivered() const { return status >= 200 && status < 300; }
};

class Poster {
public:
    // Follows no redirect: the body is for this receiver.
    Poster();
    ~Poster();
    Poster(const Poster&) = delete;
    Poster& operator=(const Poster&) = delete;

    // Waits for the answer, `timeout` at most.
    PostReply post(const PostRequest& request);
    // From any thread: the request under way and all that follow end at once, without an answer.
    void abort();

private:
    struct Handle;
    std::unique_ptr<Handle> handle_;
    std::atomic<bool> aborted_{false};
};

}  // namespace smew::outbox
