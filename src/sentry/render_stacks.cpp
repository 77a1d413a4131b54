// Exceptions with their stacks, and the programs those lie in.

#include "sentry/render_parts.hpp"
#include "stacks/symbols.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace smew::sentry {
namespace {

namespace json = boost::json;

std::string hexadecimal(std::uintptr_t number) {
    std::array<char, 24> text{};
    const int size = std::snprintf(text.data(), text.size(), "0x%llx", static_cast<unsigned long long>(number));
    return {text.data(), static_cast<std::size_t>(size)};
}

json::object rendered_frame(const stacks::Frame& frame) {
    json::object out{{"instruction_addr", hexadecimal(frame.address)}, {"in_app", frame.in_app}};
    if (!frame.function.empty()) out["function"] = bounded(frame.function, 512);
    if (!frame.file.empty()) out["filename"] = frame.file;
    if (frame.line > 0) out["lineno"] = frame.line;
    if (!frame.module.empty()) out["package"] = frame.module;
    return out;
}

// The caller first, as Sentry wants it.
json::object rendered_stack(const Stack& stack, const std::vector<Module>& modules) {
    std::vector<stacks::Frame> frames = stacks::symbolise(stack.addresses(), modules);
    std::ranges::reverse(frames);
    json::array list;
    for (const stacks::Frame& frame : frames) list.push_back(rendered_frame(frame));
    return {{"frames", std::move(list)}};
}

json::object mechanism_of(const Event& event, std::size_t index) {
    const ExceptionInfo& exception = event.exceptions[index];
    json::object out{{"type", exception.mechanism},
                     {"handled", exception.handled},
                     {"exception_id", static_cast<std::int64_t>(index)}};
    if (exception.synthetic) out["synthetic"] = true;
    if (index > 0) {
        out["parent_id"] = static_cast<std::int64_t>(index - 1);
        out["source"] = "std::nested_exception";
    }
    if (!exception.data.empty()) out["data"] = rendered_fields(exception.data);
    return out;
}

// The first 16 bytes of the build id, its first three fields turned round: how Sentry names ELF files.
std::string debug_id(const std::string& build_id) {
    if (build_id.size() < 32) return "00000000-0000-0000-0000-000000000000";
    const auto byte = [&build_id](std::size_t at) { return build_id.substr(at * 2, 2); };
    std::string text = byte(3) + byte(2) + byte(1) + byte(0) + "-" + byte(5) + byte(4) + "-" + byte(7) + byte(6) + "-" +
                       byte(8) + byte(9) + "-";
    for (std::size_t i = 10; i < 16; ++i) text += byte(i);
    return text;
}

bool holds_any(const Module& module, const Event& event) {
    return std::ranges::any_of(event.exceptions, [&module](const ExceptionInfo& exception) {
        return std::ranges::any_of(exception.stack.addresses(), [&module](std::uintptr_t address) {
            return address >= module.base && address < module.base + module.size;
        });
    });
}

}  // namespace

json::array rendered_exceptions(const Event& event) {
    const std::vector<Module> here;
    json::array out;
    // The cause first and what was caught last.
    for (std::size_t i = event.exceptions.size(); i-- > 0;) {
        const ExceptionInfo& exception = event.exceptions[i];
        json::object entry{{"type", exception.type},
                           {"value", bounded(exception.value)},
                           {"thread_id", event.thread},
                           {"mechanism", mechanism_of(event, i)}};
        if (exception.stack.size > 0) {
            entry["stacktrace"] = rendered_stack(exception.stack, event.modules ? *event.modules : here);
        }
        out.push_back(std::move(entry));
    }
    return out;
}

json::array rendered_images(const Event& event) {
#if defined(__x86_64__)
    constexpr std::string_view kArch = "x86_64";
#else
    constexpr std::string_view kArch = "arm64";
#endif
    json::array out;
    const std::vector<Module> modules = event.modules ? *event.modules : loaded_modules();
    for (const Module& module : modules) {
        if (!holds_any(module, event)) continue;
        json::object image{{"type", "elf"},
                           {"code_file", module.path},
                           {"debug_id", debug_id(module.build_id)},
                           {"image_addr", hexadecimal(module.base)},
                           {"image_size", static_cast<std::int64_t>(module.size)},
                           {"arch", kArch}};
        if (!module.build_id.empty()) image["code_id"] = module.build_id;
        out.push_back(std::move(image));
    }
    return out;
}

}  // namespace smew::sentry
