#pragma once
// The client side of an internal session: sends statements over a blocking socket and reads the last result as text.

#include "core/fd.hpp"
#include "fleet/fleet.hpp"

#include <chrono>
#include <string_view>

namespace smew::fleet {

// Reads the greeting, sends `sql` as one simple query, reads to the next ReadyForQuery and says good-bye. An error of
// any statement is the result; 57014 when `timeout` passes first; 08006 when the worker is gone.
Result<Rows> run_internal_query(const UniqueFd& socket, std::string_view sql, std::chrono::milliseconds timeout);

// The same for COPY … FROM STDIN, with what is to be copied.
Result<void> run_internal_copy(const UniqueFd& socket, std::string_view sql, std::string_view rows,
                               std::chrono::milliseconds timeout);

}  // namespace smew::fleet
