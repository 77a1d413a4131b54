#include "stacks/stack.hpp"

#include <algorithm>
#include <cstring>
#include <elf.h>
#include <link.h>
#include <sstream>
#include <sys/ucontext.h>
#include <unistd.h>
#include <unwind.h>

namespace smew::stacks {
namespace {

constexpr std::string_view kModuleWord = "module";
constexpr std::size_t kMaxModules = 500;

struct Walk {
    Stack& stack;
    std::size_t skip;
};

_Unwind_Reason_Code take_frame(_Unwind_Context* context, void* argument) {
    auto& walk = *static_cast<Walk*>(argument);
    const std::uintptr_t pc = _Unwind_GetIP(context);
    if (pc == 0) return _URC_END_OF_STACK;
    if (walk.skip > 0) {
        --walk.skip;
        return _URC_NO_REASON;
    }
    if (walk.stack.size == kMaxFrames) return _URC_END_OF_STACK;
    walk.stack.pcs[walk.stack.size++] = pc;
    return _URC_NO_REASON;
}

std::string build_id_of(const dl_phdr_info& info) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    for (int i = 0; i < info.dlpi_phnum; ++i) {
        const auto& segment = info.dlpi_phdr[i];
        if (segment.p_type != PT_NOTE) continue;
        const char* at = reinterpret_cast<const char*>(info.dlpi_addr + segment.p_vaddr);
        const char* end = at + segment.p_memsz;
        while (at + sizeof(ElfW(Nhdr)) <= end) {
            ElfW(Nhdr) note{};
            std::memcpy(&note, at, sizeof note);
            const char* name = at + sizeof note;
            const char* id = name + ((note.n_namesz + 3U) & ~3U);
            if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && std::memcmp(name, "GNU", 4) == 0) {
                std::string text;
                for (const char* byte = id; byte < id + note.n_descsz; ++byte) {
                    text += kDigits[static_cast<unsigned char>(*byte) >> 4];
                    text += kDigits[static_cast<unsigned char>(*byte) & 15];
                }
                return text;
            }
            at = id + ((note.n_descsz + 3U) & ~3U);
        }
    }
    return {};
}

int take_module(dl_phdr_info* info, std::size_t, void* argument) {
    auto& modules = *static_cast<std::vector<Module>*>(argument);
    std::uintptr_t low = UINTPTR_MAX, high = 0;
    for (int i = 0; i < info->dlpi_phnum; ++i) {
        const auto& segment = info->dlpi_phdr[i];
        if (segment.p_type != PT_LOAD) continue;
        low = std::min<std::uintptr_t>(low, segment.p_vaddr);
        high = std::max<std::uintptr_t>(high, segment.p_vaddr + segment.p_memsz);
    }
    if (high == 0) return 0;
    Module module{.path = info->dlpi_name, .build_id = build_id_of(*info)};
    if (module.path.empty() && modules.empty()) {
        char path[4096];
        const ssize_t size = ::readlink("/proc/self/exe", path, sizeof path);
        if (size > 0) module.path.assign(path, static_cast<std::size_t>(size));
    }
    module.base = info->dlpi_addr + low;
    module.size = high - low;
    if (!module.path.empty()) modules.push_back(std::move(module));
    return 0;
}

}  // namespace

namespace {

std::uintptr_t place_of(const void* context) {
    const auto& machine = static_cast<const ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
    return static_cast<std::uintptr_t>(machine.gregs[REG_RIP]);
#else
    return machine.pc;
#endif
}

}  // namespace

Stack struck_stack(const void* context) {
    const std::uintptr_t place = place_of(context);
    const Stack whole = current_stack();
    std::uint32_t next = 0;
    while (next < whole.size && whole.pcs[next] != place) ++next;
    Stack stack;
    // It struck at this very instruction and not behind a call: one more, since readers take one off.
    stack.pcs[stack.size++] = place + 1;
    while (++next < whole.size) stack.pcs[stack.size++] = whole.pcs[next];
    return stack;
}

Stack current_stack(std::size_t skip) {
    Stack stack;
    Walk walk{stack, skip + 1};  // this function's own frame
    _Unwind_Backtrace(take_frame, &walk);
    return stack;
}

std::vector<Module> loaded_modules() {
    std::vector<Module> modules;
    dl_iterate_phdr(take_module, &modules);
    return modules;
}

std::string module_lines() {
    std::ostringstream text;
    text << std::hex;
    for (const Module& module : loaded_modules()) {
        text << kModuleWord << " " << module.base << " " << module.size << " "
             << (module.build_id.empty() ? "-" : module.build_id) << " " << module.path << "\n";
    }
    return text.str();
}

bool read_module_line(std::string_view line, std::vector<Module>& modules) {
    std::istringstream words{std::string(line)};
    std::string word;
    Module module;
    words >> word >> std::hex >> module.base >> module.size >> module.build_id;
    if (word != kModuleWord || !std::getline(words >> std::ws, module.path)) return false;
    if (module.build_id == "-") module.build_id.clear();
    if (modules.size() < kMaxModules) modules.push_back(std::move(module));
    return true;
}

}  // namespace smew::stacks
