#pragma once
// The gateway process: composes the rooms, serves until it is told to stop, and stops them in order.

#include "config/settings.hpp"

#include <string>

namespace smew::app {

// Returns the process's exit code. Throws what the start met: ErrorException, boost::system::system_error.
int serve(const config::Settings& settings, const std::string& version);

}  // namespace smew::app
