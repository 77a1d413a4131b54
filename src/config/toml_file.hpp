#pragma once
// Reads the settings file: TOML whose top-level keys are names of settings.

#include "core/error.hpp"

#include <string>
#include <vector>

namespace smew::config {

struct FileValue {
    enum class Type { kText, kNumber, kBoolean, kOther };
    std::string name;
    std::string text;  // as it would stand in a flag; of kOther what it is instead: "a table"
    Type type = Type::kText;
};

// The file's values in the order of its lines. Error 22023 names file and line; files above 1 MiB are refused.
Result<std::vector<FileValue>> read_toml_file(const std::string& file);

}  // namespace smew::config
