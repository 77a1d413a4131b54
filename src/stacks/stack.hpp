#pragma once
// Stacks of return addresses, of this process. Names are looked up later and elsewhere (symbols.hpp).

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace smew::stacks {

inline constexpr std::size_t kMaxFrames = 48;

struct Stack {
    std::array<std::uintptr_t, kMaxFrames> pcs;  // the innermost first
    std::uint32_t size = 0;
    std::span<const std::uintptr_t> addresses() const { return {pcs.data(), size}; }
};

// A program or library as it lies in memory: what makes an address mean something elsewhere.
struct Module {
    std::string path, build_id;  // build_id in hexadecimal digits
    std::uintptr_t base = 0, size = 0;
};

// From the caller on, without `skip` frames above it. A microsecond or two. In a signal's handler, too, behind a first
// call elsewhere: glibc finds unwind tables without a lock (_dl_find_object, since 2.35).
Stack current_stack(std::size_t skip = 0);
// Of where a signal struck, by the third argument of its handler, in which it is called: without the handler's own
// frames. That place alone where it cannot be unwound, as behind a jump to nowhere.
Stack struck_stack(const void* context);

// Of this process, now.
std::vector<Module> loaded_modules();

// "base size build-id path" in a line, as the addresses are useless without, and back: what crash dumps and profiles
// of another process begin with.
std::string module_lines();
// False when `line` is none of these.
bool read_module_line(std::string_view line, std::vector<Module>& modules);

}  // namespace smew::stacks
