#include "stacks/crash_dump.hpp"

#include <array>
#include <csignal>
#include <cstring>
#include <sstream>
#include <unistd.h>

namespace smew::stacks {
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
    const Stack stack = struck_stack(context);
    for (const std::uintptr_t pc : stack.addresses()) write_line("pc", pc);
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

void read_line(const std::string& line, CrashDump& dump) {
    if (read_module_line(line, dump.modules)) return;
    std::istringstream words(line);
    std::string word;
    std::uint64_t number = 0;
    if (!(words >> word >> std::hex >> number)) return;
    if (word == "signal") dump.signal = static_cast<int>(number & 0x7f);
    if (word == "code") dump.code = static_cast<int>(number);
    if (word == "address") dump.address = number;
    if (word == "thread") dump.thread = static_cast<std::int64_t>(number & 0x7fffffff);
    if (word == "time") dump.at = WallTime(std::chrono::seconds(number & 0xffffffff));
    if (word == "pc" && dump.stack.size < kMaxFrames) dump.stack.pcs[dump.stack.size++] = number;
}

}  // namespace

void leave_crash_dumps(int fd) {
    dump_fd = fd;
    const std::string modules = module_lines();
    write_text(modules.data(), modules.size());
    install();
}

void leave_no_crash_dumps() {
    for (const int signal : kSignals) ::signal(signal, SIG_DFL);
    dump_fd = -1;
}

std::string CrashDump::signal_name() const {
    const char* name = ::sigabbrev_np(signal);
    return name == nullptr ? "signal " + std::to_string(signal) : "SIG" + std::string(name);
}

std::string CrashDump::description() const {
    std::ostringstream text;
    const char* name = ::sigdescr_np(signal);
    text << (name == nullptr ? "unknown signal" : name);
    if (signal == SIGSEGV || signal == SIGBUS) text << " at address 0x" << std::hex << address;
    return text.str();
}

std::optional<CrashDump> read_crash_dump(std::string_view text) {
    CrashDump dump;
    std::istringstream lines{std::string(text)};
    for (std::string line; std::getline(lines, line);) read_line(line, dump);
    // Killed, or the power went: there is nothing to tell.
    if (dump.signal == 0) return std::nullopt;
    return dump;
}

}  // namespace smew::stacks
