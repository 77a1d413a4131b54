#pragma once
// Asks the PostgreSQL front as a client would, to notice a server that runs and does not answer.

#include <chrono>
#include <string>

namespace smew::app {

// Connects to `address` ("127.0.0.1:5432") and asks for TLS, which any answer to is an answer. Empty: it did; else what
// went wrong. Waits `timeout` at most.
std::string check_pg_front(const std::string& address, std::chrono::milliseconds timeout);

}  // namespace smew::app
