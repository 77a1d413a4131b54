#include "stacks/symbols.hpp"

#include <algorithm>
#include <cstdlib>
#include <cxxabi.h>
#include <dlfcn.h>
#include <memory>

#ifdef SMEW_HAS_LIBBACKTRACE
#include <backtrace.h>
#endif

namespace smew::stacks {
namespace {

struct Freed {
    void operator()(char* text) const { std::free(text); }
};

// "/build/somewhere/src/http/dispatch.cpp" is "src/http/dispatch.cpp": how the directory above is named is nobody's
// business and differs between builds.
std::string relative_file(std::string_view path) {
    const std::size_t at = path.rfind("/src/");
    const bool system = path.starts_with("/usr/");
    return std::string(at == std::string_view::npos || system ? path : path.substr(at + 1));
}

bool is_ours(const std::string& file, const std::string& function) {
    return file.starts_with("src/") || function.starts_with("smew::");
}

const Module* module_at(std::uintptr_t address, const std::vector<Module>& modules) {
    const auto found = std::ranges::find_if(
        modules, [address](const Module& m) { return address >= m.base && address < m.base + m.size; });
    return found == modules.end() ? nullptr : &*found;
}

#ifdef SMEW_HAS_LIBBACKTRACE
struct Lookup {
    std::vector<Frame>& frames;
    std::uintptr_t shown;
    const Module* module;
};

void ignore_problem(void*, const char*, int) {}

int take_line(void* argument, std::uintptr_t, const char* file, int line, const char* function) {
    auto& lookup = *static_cast<Lookup*>(argument);
    if (file == nullptr && function == nullptr) return 0;
    Frame frame{.address = lookup.shown, .line = line};
    if (function != nullptr) frame.function = demangled(function);
    if (file != nullptr) frame.file = relative_file(file);
    if (lookup.module != nullptr) frame.module = lookup.module->path;
    frame.in_app = is_ours(frame.file, frame.function);
    lookup.frames.push_back(std::move(frame));
    return 0;
}

void take_symbol(void* argument, std::uintptr_t, const char* name, std::uintptr_t, std::uintptr_t) {
    if (name != nullptr) *static_cast<std::string*>(argument) = demangled(name);
}

backtrace_state* debug_information() {
    static backtrace_state* const kState = backtrace_create_state(nullptr, 1, ignore_problem, nullptr);
    return kState;
}

std::string symbol_at(std::uintptr_t address) {
    std::string name;
    backtrace_syminfo(debug_information(), address, take_symbol, ignore_problem, &name);
    return name;
}

std::size_t read_lines(std::uintptr_t here, std::uintptr_t shown, const Module* module, std::vector<Frame>& frames) {
    const std::size_t before = frames.size();
    Lookup lookup{frames, shown, module};
    backtrace_pcinfo(debug_information(), here, take_line, ignore_problem, &lookup);
    if (frames.size() == before) return 0;
    // Debug information has the bare name, the table of symbols the whole one; it knows nothing of what was inlined.
    if (std::string name = symbol_at(here); !name.empty()) frames.back().function = std::move(name);
    frames.back().in_app = is_ours(frames.back().file, frames.back().function);
    return frames.size() - before;
}
#else
std::size_t read_lines(std::uintptr_t, std::uintptr_t, const Module*, std::vector<Frame>&) {
    return 0;
}

std::string symbol_at(std::uintptr_t address) {
    Dl_info info{};
    const bool found = ::dladdr(reinterpret_cast<void*>(address), &info) != 0 && info.dli_sname != nullptr;
    return found ? demangled(info.dli_sname) : std::string();
}
#endif

// The same place in this process.
std::uintptr_t address_here(std::uintptr_t address, const Module* there, const std::vector<Module>& here) {
    if (there == nullptr) return 0;
    const auto found = std::ranges::find_if(here, [there](const Module& m) {
        return m.build_id == there->build_id && (!m.build_id.empty() || m.path == there->path);
    });
    return found == here.end() ? 0 : address - there->base + found->base;
}

}  // namespace

std::string demangled(const char* name) {
    int status = 0;
    const std::unique_ptr<char, Freed> text(abi::__cxa_demangle(name, nullptr, nullptr, &status));
    return status == 0 ? text.get() : name;
}

std::vector<Frame> symbolise(std::span<const std::uintptr_t> addresses, const std::vector<Module>& modules) {
    const std::vector<Module> here = loaded_modules();
    std::vector<Frame> frames;
    for (const std::uintptr_t address : addresses) {
        // A return address is behind the call; the call's own line is what is wanted.
        const std::uintptr_t call = address - 1;
        const Module* module = module_at(call, modules.empty() ? here : modules);
        const std::uintptr_t local = modules.empty() ? call : address_here(call, module, here);
        if (local != 0 && read_lines(local, address, module, frames) > 0) continue;
        Frame frame{.address = address};
        if (local != 0) frame.function = symbol_at(local);
        if (module != nullptr) frame.module = module->path;
        frame.in_app = is_ours({}, frame.function);
        frames.push_back(std::move(frame));
    }
    return frames;
}

}  // namespace smew::stacks
