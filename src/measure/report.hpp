#pragma once
// A run, written for people and for programs. docs/load-testing.md describes each form.

#include "measure/run.hpp"

#include <string>

namespace smew::measure {

// Schema version 1: names end in their unit and do not change. Read back by run_file.hpp.
std::string json_report(const Run& run);
// The series of all stages, one line a second.
std::string csv_report(const Run& run);
// One self-contained page with charts.
std::string html_report(const Run& run);
// One test case a target.
std::string junit_report(const Run& run);
// The summary for the terminal, in the seed's form.
std::string text_report(const Run& run);
// "::error title=…::…" for each target that failed, as GitHub shows beside a commit.
std::string annotations(const Run& run);

}  // namespace smew::measure
