#pragma once
// Whether a statement gives the same rows for ever. Internal to engine/.

#include "engine/parse_tree.hpp"

#include <string>
#include <unordered_set>

namespace smew::engine {

// Without tables, parameters, and functions other than `pure_functions`. `parts` is the survey of a SELECT.
bool is_constant(const TreeParts& parts, const std::unordered_set<std::string>& pure_functions);

}  // namespace smew::engine
