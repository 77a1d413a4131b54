#pragma once
// Names and times that REST makes or reads: ids of workspaces, points in time.

#include "core/clock.hpp"
#include "core/error.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace smew::http {

// `length` characters of a-z and 0-9.
std::string random_name(std::size_t length);

// "2026-01-31T12:00:00Z", "…T12:00:00.5+02:00". 22023 for anything else (RFC 3339, without leap seconds).
Result<WallTime> parse_time(std::string_view text);

}  // namespace smew::http
