#pragma once
// Names for addresses: function, file and line, from this program's own debug information. Slow (the first look-up
// reads all of it), so only the sending thread does it.

#include "stacks/stack.hpp"

#include <string>
#include <vector>

namespace smew::stacks {

struct Frame {
    std::uintptr_t address = 0;
    std::string function, file;  // demangled; the file as the compiler was told, from "src/" on when it is smew's own
    int line = 0;
    std::string module;  // path of the program or library
    bool in_app = false;
};

// The innermost first. A call that was inlined is a frame of its own. `modules`: where the addresses lie when they come
// from another process of the same program; empty: they are this process's.
std::vector<Frame> symbolise(std::span<const std::uintptr_t> addresses, const std::vector<Module>& modules);

std::string demangled(const char* name);

}  // namespace smew::stacks
