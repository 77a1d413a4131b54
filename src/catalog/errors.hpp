#pragma once
// The errors the metadata store's calls have in common. Inside catalog/ only.

#include "catalog/text.hpp"
#include "core/error.hpp"

#include <string>
#include <string_view>

namespace smew::catalog {

inline Error not_found(std::string_view what, std::string_view name) {
    return {.code = sqlstate::kUndefinedObject,
            .message = std::string(what) + " " + in_quotes(name) + " does not exist"};
}

inline Error exists_already(std::string_view what, std::string_view name) {
    return {.code = sqlstate::kDuplicateObject,
            .message = std::string(what) + " " + in_quotes(name) + " already exists"};
}

inline Error bad_value(std::string message) {
    return {.code = sqlstate::kInvalidParameterValue, .message = std::move(message)};
}

inline Error wrong_state(std::string message, std::string hint = {}) {
    return {.code = sqlstate::kObjectNotInPrerequisiteState, .message = std::move(message), .hint = std::move(hint)};
}

}  // namespace smew::catalog
