#pragma once
// The groups that macros() gathers, each in a file of its own. Internal to pgcatalog/.

#include "pgcatalog/definitions.hpp"

namespace smew::pgcatalog {

std::span<const Macro> array_macros();
std::span<const Macro> json_macros();
std::span<const Macro> number_macros();
std::span<const Macro> privilege_macros();
std::span<const Macro> system_macros();
std::span<const Macro> text_macros();
std::span<const Macro> time_macros();

}  // namespace smew::pgcatalog
