#pragma once
// Overloads of PostgreSQL's for functions that DuckDB has under the same name. Internal to engine/.

#include "engine/native_functions.hpp"

namespace smew::engine {

std::span<const NativeFunction> string_functions();

}  // namespace smew::engine
