#pragma once
// What clients send as text must be valid UTF-8 without zero bytes.

#include "core/error.hpp"

#include <optional>
#include <string_view>

namespace smew::pgsession {

// Error 22021, worded as PostgreSQL words it, for the first invalid sequence; nullopt when all is well.
std::optional<Error> invalid_utf8(std::string_view text);

}  // namespace smew::pgsession
