#pragma once
// What is done on a server before and after a run, on a connection of its own.

#include "load/pg_connection.hpp"

#include <string>
#include <vector>

namespace smew::load {

// Connects, runs the statements one after the other and disconnects; what version() says. Waits. The error is the
// server's, and names the statement in its detail.
Result<std::string> run_statements(PgServer& server, const std::vector<std::string>& statements);

}  // namespace smew::load
