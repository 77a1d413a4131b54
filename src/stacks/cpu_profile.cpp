#include "stacks/cpu_profile.hpp"

#include <sstream>

namespace smew::stacks {
namespace {

constexpr std::size_t kMaxStacks = 200'000;  // different ones, of a stranger

bool read_sample(std::istringstream& words, CpuProfile& profile) {
    std::uint64_t count = 0;
    CpuProfile::Key key;
    if (!(words >> std::dec >> count >> key.first >> std::hex)) return false;
    for (std::uintptr_t address = 0; key.second.size() < kMaxFrames && words >> address;) key.second.push_back(address);
    if (key.second.empty() || profile.counts.size() >= kMaxStacks) return false;
    profile.counts[std::move(key)] += count & 0xffffffff;
    return true;
}

bool read_header(std::istringstream& words, CpuProfile& profile) {
    std::int64_t begin = 0, duration = 0;
    if (!(words >> std::dec >> begin >> duration >> profile.hertz >> profile.dropped)) return false;
    profile.begin = WallTime(WallTime::duration(begin));
    profile.duration = std::chrono::microseconds(duration);
    return profile.hertz > 0;
}

}  // namespace

void CpuProfile::add(const CpuSample& sample) {
    const auto addresses = sample.stack.addresses();
    ++counts[{sample.thread, {addresses.begin(), addresses.end()}}];
}

std::string CpuProfile::text() const {
    std::ostringstream out;
    out << "profile " << begin.time_since_epoch().count() << " " << duration.count() << " " << hertz << " " << dropped
        << "\n"
        << module_lines();
    for (const auto& [key, count] : counts) {
        out << "sample " << std::dec << count << " " << key.first << std::hex;
        for (const std::uintptr_t address : key.second) out << " " << address;
        out << "\n";
    }
    return out.str();
}

std::optional<CpuProfile> CpuProfile::read(std::string_view text) {
    CpuProfile profile;
    std::istringstream lines{std::string(text)};
    for (std::string line; std::getline(lines, line);) {
        if (read_module_line(line, profile.modules)) continue;
        std::istringstream words(line);
        std::string word;
        words >> word;
        const bool known = word == "profile" ? read_header(words, profile)
                                             : word == "sample" && profile.hertz > 0 && read_sample(words, profile);
        if (!known) return std::nullopt;
    }
    return profile.hertz > 0 ? std::optional(std::move(profile)) : std::nullopt;
}

}  // namespace smew::stacks
