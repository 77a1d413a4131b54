#pragma once
// Asks the PostgreSQL front as a client would, to notice a server that runs and does not answer.

#include <chrono>
#include <mutex>
#include <string>
#include <utility>

namespace smew::app {

// Connects to `address` ("127.0.0.1:5432") and asks for TLS, which any answer to is an answer. Empty: it did; else what
// went wrong. Waits `timeout` at most.
std::string check_pg_front(const std::string& address, std::chrono::milliseconds timeout);

// What the last check has found, for who asks. Thread-safe.
class FrontState {
public:
    void set(std::string problem) {
        const std::lock_guard lock(mutex_);
        problem_ = std::move(problem);
    }
    std::string problem() const {
        const std::lock_guard lock(mutex_);
        return problem_;
    }

private:
    mutable std::mutex mutex_;
    std::string problem_;
};

}  // namespace smew::app
