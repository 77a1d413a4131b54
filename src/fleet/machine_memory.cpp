#include "fleet/machine_memory.hpp"

#include <algorithm>
#include <fstream>
#include <optional>

namespace smew::fleet {
namespace {

// "MemAvailable:   123 kB" of /proc/meminfo; see proc(5).
std::uint64_t meminfo(const std::string& root, const std::string& name) {
    std::ifstream file(root + "/proc/meminfo");
    for (std::string word; file >> word;) {
        std::uint64_t kilobytes = 0;
        if (word == name + ":" && file >> kilobytes) return kilobytes << 10U;
    }
    return 0;
}

std::optional<std::uint64_t> number_in(const std::string& path) {
    std::uint64_t number = 0;
    if (std::ifstream(path) >> number) return number;
    return std::nullopt;  // also of "max"
}

// The path of this process in the unified hierarchy: "0::/user.slice/…". In a container that is "/".
std::string own_group(const std::string& root) {
    std::ifstream file(root + "/proc/self/cgroup");
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("0::")) return line.substr(3);
    }
    return "/";
}

void apply_group(MachineMemory& memory, std::optional<std::uint64_t> limit, std::optional<std::uint64_t> used) {
    if (!limit || *limit >= memory.total) return;
    memory.total = *limit;
    memory.available = std::min(memory.available, *limit - std::min(*limit, used.value_or(0)));
}

// What is cached of files counts as used but is given back when it is needed.
std::optional<std::uint64_t> used_by_group(const std::string& directory) {
    const auto current = number_in(directory + "/memory.current");
    if (!current) return std::nullopt;
    std::ifstream file(directory + "/memory.stat");
    std::string name;
    for (std::uint64_t value = 0; file >> name >> value;) {
        if (name == "file") return *current - std::min(*current, value);
    }
    return current;
}

}  // namespace

MachineMemory read_machine_memory(const std::string& root) {
    MachineMemory memory{meminfo(root, "MemTotal"), meminfo(root, "MemAvailable")};
    const std::string groups = root + "/sys/fs/cgroup";
    std::string group = own_group(root);
    // A limit of a group above holds as well.
    for (;;) {
        const std::string directory = groups + (group == "/" ? "" : group);
        apply_group(memory, number_in(directory + "/memory.max"), used_by_group(directory));
        if (group.empty() || group == "/") break;
        group.resize(group.rfind('/'));
    }
    apply_group(memory, number_in(groups + "/memory/memory.limit_in_bytes"),
                number_in(groups + "/memory/memory.usage_in_bytes"));
    return memory;
}

}  // namespace smew::fleet
