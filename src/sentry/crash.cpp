#include "sentry/crash.hpp"

#include "core/error.hpp"

#include <array>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <sys/ucontext.h>
#include <unistd.h>

namespace smew::sentry {
namespace {

constexpr std::array kSignals{SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
constexpr std::size_t kStackBytes = 128 << 10;  // of the handler, whose thread may have none left

volatile sig_atomic_t dump_fd = -1;
// Not on the heap: the heap may be what is broken.
alignas(16) std::array<char, kStackBytes> handler_stack;

// Only calls that are safe in a handler: no allocation, no locks, no stdio.
void write_text(const char* text, std::size_t size) {
    while (size > 0) {
        const ssize_t written = ::write(dump_fd, text, size);
        if (written <= 0) return;
        text += written;
        size -= static_cast<std::size_t>(written);
    }
}

void write_line(const char* name, std::uintptr_t number) {
    std::array<char, 64> line{};
    std::size_t size = 0;
    while (name[size] != '\0') {
        line[size] = name[size];
        ++size;
    }
    line[size++] = ' ';
    for (int shift = 60; shift >= 0; shift -= 4) line[size++] = "0123456789abcdef"[number >> shift & 15];
    line[size++] = '\n';
    write_text(line.data(), size);
}

std::uintptr_t place_of(const void* context) {
    const auto& machine = static_cast<const ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
    return static_cast<std::uintptr_t>(machine.gregs[REG_RIP]);
#else
    return machine.pc;
#endif
}

void write_stack(std::uintptr_t place) {
    const Stack stack = current_stack();
    // The innermost frames are the handler's own, down to where the signal struck.
    std::size_t first = 0;
    while (first < stack.size && stack.pcs[first] != place) ++first;
    // It struck at this very instruction and not behind a call: one more, since readers take one off.
    write_line("pc", place + 1);
    for (std::size_t i = first == stack.size ? 0 : first + 1; i < stack.size; ++i) write_line("pc", stack.pcs[i]);
}

extern "C" void leave_dump(int signal, siginfo_t* info, void* context) {
    // Should the dump itself crash, that is the end.
    ::signal(signal, SIG_DFL);
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    write_line("signal", static_cast<std::uintptr_t>(signal));
    write_line("code", static_cast<std::uintptr_t>(static_cast<std::uint32_t>(info->si_code)));
    write_line("address", reinterpret_cast<std::uintptr_t>(info->si_addr));
    write_line("thread", static_cast<std::uintptr_t>(::gettid()));
    write_line("time", static_cast<std::uintptr_t>(now.tv_sec));
    write_stack(place_of(context));
    write_line("end", 0);
    ::raise(signal);
}

void install() {
    stack_t stack{};
    stack.ss_sp = handler_stack.data();
    stack.ss_size = handler_stack.size();
    ::sigaltstack(&stack, nullptr);
    (void)current_stack();  // the first call may load a library
    struct sigaction action {};
    action.sa_sigaction = leave_dump;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    for (const int signal : kSignals) ::sigaction(signal, &action, nullptr);
}

std::string header(std::string_view release) {
    std::ostringstream text;
    text << "release " << release << "\n" << std::hex;
    for (const Module& module : loaded_modules()) {
        text << "module " << module.base << " " << module.size << " "
             << (module.build_id.empty() ? "-" : module.build_id) << " " << module.path << "\n";
    }
    return text.str();
}

std::string name_of(int signal) {
    const char* name = ::sigabbrev_np(signal);
    return name == nullptr ? "signal " + std::to_string(signal) : "SIG" + std::string(name);
}

struct Dump {
    std::string release;
    std::vector<Module> modules;
    std::uint64_t signal = 0, code = 0, address = 0, thread = 0, time = 0;
    Stack stack;
};

void read_line(std::istringstream& line, Dump& dump) {
    std::string word;
    line >> word >> std::hex;
    if (word == "release") line >> dump.release;
    if (word == "signal") line >> dump.signal;
    if (word == "code") line >> dump.code;
    if (word == "address") line >> dump.address;
    if (word == "thread") line >> dump.thread;
    if (word == "time") line >> dump.time;
    if (word == "pc" && dump.stack.size < kMaxFrames && line >> dump.stack.pcs[dump.stack.size]) ++dump.stack.size;
    if (word != "module") return;
    Module module;
    line >> module.base >> module.size >> module.build_id;
    std::getline(line >> std::ws, module.path);
    if (module.build_id == "-") module.build_id.clear();
    dump.modules.push_back(std::move(module));
}

Event event_of(const Dump& dump) {
    const int signal = static_cast<int>(dump.signal);
    std::ostringstream what;
    what << ::strsignal(signal);
    if (signal == SIGSEGV || signal == SIGBUS) what << " at address 0x" << std::hex << dump.address;
    ExceptionInfo info{.type = name_of(signal),
                       .value = what.str(),
                       .stack = dump.stack,
                       .mechanism = "signalhandler",
                       .handled = false,
                       .synthetic = true,
                       .data = {{"signal", std::int64_t{signal}}, {"code", static_cast<std::int64_t>(dump.code)}}};
    return {.at = WallTime(std::chrono::seconds(dump.time)),
            .level = Level::kFatal,
            .exceptions = {std::move(info)},
            .thread = static_cast<std::int64_t>(dump.thread),
            .modules = std::make_shared<const std::vector<Module>>(dump.modules),
            .release = dump.release};
}

}  // namespace

CrashHandler::CrashHandler(const std::filesystem::path& file, std::string_view release) : file_(file) {
    std::error_code ignored;
    std::filesystem::create_directories(file.parent_path(), ignored);
    const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) {
        throw ErrorException({sqlstate::kSystemError, "cannot make " + file.string(), std::strerror(errno)});
    }
    dump_fd = fd;
    const std::string text = header(release);
    write_text(text.data(), text.size());
    install();
}

CrashHandler::~CrashHandler() {
    for (const int signal : kSignals) ::signal(signal, SIG_DFL);
    ::close(dump_fd);
    dump_fd = -1;
    std::error_code ignored;
    std::filesystem::remove(file_, ignored);
}

std::optional<Event> take_crash(const std::filesystem::path& file) {
    Dump dump;
    std::ifstream content(file);
    for (std::string text; std::getline(content, text);) {
        std::istringstream line(text);
        read_line(line, dump);
    }
    std::error_code ignored;
    std::filesystem::remove(file, ignored);
    // Killed, or the power went: there is nothing to tell.
    if (dump.signal == 0) return std::nullopt;
    return event_of(dump);
}

}  // namespace smew::sentry
