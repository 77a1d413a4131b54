#pragma once
// Asks the PostgreSQL front as a client would, and the engines of the workspaces, to notice what runs and does not
// answer.

#include "fleet/fleet.hpp"

#include <chrono>
#include <mutex>
#include <string>
#include <utility>

namespace smew::app {

// Connects to `address` ("127.0.0.1:5432") and asks for TLS, which any answer to is an answer. Empty: it did; else what
// went wrong. Waits `timeout` at most.
std::string check_pg_front(const std::string& address, std::chrono::milliseconds timeout);

// Tells the log of engines that have ceased to answer, and of those that do so again. Waits `patience` at most.
void check_engines(fleet::Fleet& fleet, std::chrono::milliseconds patience, const Clock& clock,
                   fleet::EngineChecks& found);

// What the last check of the front has found, for who asks. Thread-safe.
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
