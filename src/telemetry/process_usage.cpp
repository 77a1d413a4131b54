#include "telemetry/process_usage.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

namespace smew::telemetry {
namespace {

// Fields of /proc/self/stat, numbered as in proc(5), that follow the program's name.
constexpr int kUserTicks = 14, kSystemTicks = 15, kStartTicks = 22, kVirtualBytes = 23, kResidentPages = 24;

void read_stat(ProcessUsage& usage, double ticks_per_second) {
    std::string line;
    std::getline(std::ifstream("/proc/self/stat"), line);
    // The name is in parentheses and may itself hold blanks and parentheses; field 3 starts behind the last one.
    const std::size_t name_end = line.rfind(')');
    if (name_end == std::string::npos) return;
    std::istringstream fields(line.substr(name_end + 1));
    std::string text;
    for (int number = 3; fields >> text; ++number) {
        const double value = number == 3 ? 0 : std::strtod(text.c_str(), nullptr);
        if (number == kUserTicks || number == kSystemTicks) usage.cpu_seconds += value / ticks_per_second;
        if (number == kStartTicks) usage.start_time_seconds = value / ticks_per_second;  // since boot so far
        if (number == kVirtualBytes) usage.virtual_bytes = static_cast<std::uint64_t>(value);
        if (number == kResidentPages) {
            usage.resident_bytes =
                static_cast<std::uint64_t>(value) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
        }
    }
}

// "btime 1734603000" in /proc/stat: when the machine was started, in seconds since 1970.
double boot_time() {
    std::ifstream stat("/proc/stat");
    for (std::string line; std::getline(stat, line);) {
        if (line.starts_with("btime ")) return std::strtod(line.c_str() + 6, nullptr);
    }
    return 0;
}

std::uint64_t count_open_fds() {
    std::error_code error;
    std::filesystem::directory_iterator entry("/proc/self/fd", error);
    if (error) return 0;
    std::uint64_t count = 0;
    for (const std::filesystem::directory_iterator end; entry != end && !error; entry.increment(error)) ++count;
    return count - (count > 0 ? 1 : 0);  // the descriptor of the directory itself
}

}  // namespace

ProcessUsage read_process_usage() {
    ProcessUsage usage;
    read_stat(usage, static_cast<double>(::sysconf(_SC_CLK_TCK)));
    usage.start_time_seconds += boot_time();
    usage.open_fds = count_open_fds();
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) usage.max_fds = limit.rlim_cur;
    return usage;
}

}  // namespace smew::telemetry
