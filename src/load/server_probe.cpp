#include "load/server_probe.hpp"

#include "core/clock.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <unistd.h>
#include <vector>

namespace smew::load {
namespace {

namespace fs = std::filesystem;

// Fields of /proc/<pid>/stat, numbered as in proc(5).
constexpr int kParent = 4, kUserTicks = 14, kSystemTicks = 15, kThreads = 20, kResidentPages = 24;

struct ProcessStat {
    int parent = 0;
    ServerUsage usage;
};

double count_entries(const fs::path& directory) {
    std::error_code error;
    double count = 0;
    for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error)) ++count;
    return count;
}

std::optional<ProcessStat> read_stat(const std::string& pid) {
    std::string line;
    std::getline(std::ifstream("/proc/" + pid + "/stat"), line);
    const std::size_t name_end = line.rfind(')');
    if (name_end == std::string::npos) return std::nullopt;
    std::istringstream fields(line.substr(name_end + 1));
    std::string text;
    ProcessStat stat;
    for (int number = 3; fields >> text; ++number) {
        const double value = number == 3 ? 0 : std::strtod(text.c_str(), nullptr);
        if (number == kParent) stat.parent = static_cast<int>(value);
        if (number == kUserTicks || number == kSystemTicks) {
            stat.usage.cpu_seconds += value / static_cast<double>(::sysconf(_SC_CLK_TCK));
        }
        if (number == kThreads) stat.usage.threads = value;
        if (number == kResidentPages) stat.usage.resident_bytes = value * static_cast<double>(::sysconf(_SC_PAGESIZE));
    }
    return stat;
}

std::map<int, ProcessStat> all_processes() {
    std::map<int, ProcessStat> processes;
    std::error_code error;
    for (fs::directory_iterator entry("/proc", error), end; !error && entry != end; entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        int pid = 0;
        const auto [last, failed] = std::from_chars(name.data(), name.data() + name.size(), pid);
        if (failed != std::errc() || last != name.data() + name.size()) continue;
        if (const auto stat = read_stat(name)) processes[pid] = *stat;
    }
    return processes;
}

bool descends(const std::map<int, ProcessStat>& processes, int pid, int ancestor) {
    for (int depth = 0; pid > 0 && depth < 32; ++depth) {
        if (pid == ancestor) return true;
        const auto found = processes.find(pid);
        if (found == processes.end()) return false;
        pid = found->second.parent;
    }
    return false;
}

std::optional<ServerUsage> usage_of_tree(int root) {
    const auto processes = all_processes();
    if (!processes.contains(root)) return std::nullopt;
    ServerUsage sum;
    for (const auto& [pid, stat] : processes) {
        if (!descends(processes, pid, root)) continue;
        sum.cpu_seconds += stat.usage.cpu_seconds;
        sum.resident_bytes += stat.usage.resident_bytes;
        sum.threads += stat.usage.threads;
        sum.open_fds += count_entries("/proc/" + std::to_string(pid) + "/fd");
        ++sum.processes;
    }
    return sum;
}

// The body of a page read by HTTP/1.0, which ends with the connection. Empty when there is none.
std::string page(const std::string& url) {
    const std::size_t start = url.find("://") == std::string::npos ? 0 : url.find("://") + 3;
    const std::size_t slash = std::min(url.find('/', start), url.size());
    const std::string authority = url.substr(start, slash - start);
    const std::size_t colon = authority.rfind(':');
    const std::string port = colon == std::string::npos ? "80" : authority.substr(colon + 1);
    boost::asio::ip::tcp::iostream stream;
    stream.expires_after(std::chrono::seconds(1));
    stream.connect(authority.substr(0, colon), port);
    stream << "GET " << (slash == url.size() ? "/metrics" : url.substr(slash)) << " HTTP/1.0\r\nHost: " << authority
           << "\r\nConnection: close\r\n\r\n"
           << std::flush;
    std::ostringstream text;
    text << stream.rdbuf();
    const std::size_t body = text.str().find("\r\n\r\n");
    return text.str().starts_with("HTTP/1.") && body != std::string::npos ? text.str().substr(body + 4) : "";
}

double sample_of(const std::string& text, const std::string& name) {
    const std::size_t at = text.find("\n" + name + " ");
    return at == std::string::npos ? 0 : std::strtod(text.c_str() + at + name.size() + 2, nullptr);
}

std::optional<ServerUsage> usage_of_page(const std::string& url) {
    const std::string text = "\n" + page(url);
    ServerUsage usage;
    usage.resident_bytes = sample_of(text, "process_resident_memory_bytes");
    if (usage.resident_bytes == 0) return std::nullopt;
    usage.cpu_seconds = sample_of(text, "process_cpu_seconds_total");
    usage.open_fds = sample_of(text, "process_open_fds");
    usage.processes = 1;
    return usage;
}

}  // namespace

std::optional<ServerUsage> ServerProbe::sample() const {
    auto usage = pid_ > 0 ? usage_of_tree(pid_) : usage_of_page(metrics_url_);
    if (usage) usage->at_s = std::chrono::duration<double>(SystemClock().steady_now().time_since_epoch()).count();
    return usage;
}

Result<void> ServerProbe::check() const {
    if (!asks() || sample()) return {};
    const std::string what = pid_ > 0 ? "there is no process " + std::to_string(pid_)
                                      : "no metrics of a process (process_resident_memory_bytes) at " + metrics_url_;
    return Error{sqlstate::kInvalidParameterValue, what, "",
                 "Name the server's process by --pid, or its page by --metrics."};
}

}  // namespace smew::load
