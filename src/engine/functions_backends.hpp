#pragma once
// pg_cancel_backend and pg_terminate_backend. Internal to engine/.

#include "engine/native_functions.hpp"

namespace smew::engine {

std::span<const NativeFunction> backend_functions();

}  // namespace smew::engine
