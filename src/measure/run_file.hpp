#pragma once
// Reports in JSON, read back: for comparing and merging.

#include "measure/run.hpp"

#include <string>

namespace smew::measure {

// Error 58030 or 22P02 names the file.
Result<Run> read_run(const std::string& file);
Result<void> write_file(const std::string& file, const std::string& text);

// Adds the figures of `other` to `run`, stage by stage: for generators on several machines that ran at the same time.
// Error 22023 when their stages differ.
Result<void> merge(Run& run, const Run& other);

}  // namespace smew::measure
