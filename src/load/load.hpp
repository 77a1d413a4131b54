#pragma once
// `smew load …`: the load tester's commands. docs/load-testing.md is their guide.

#include <span>
#include <string_view>

namespace smew::load {

// `arguments` follow the word "load"; passwords among them are overwritten once read. Returns the exit code.
int run_load(std::span<char* const> arguments, std::string_view version);

}  // namespace smew::load
