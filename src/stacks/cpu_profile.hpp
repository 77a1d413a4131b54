#pragma once
// A CPU profile: how often which stack was met. As text it goes from a worker to the gateway, which knows the names.

#include "stacks/cpu_sampler.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace smew::stacks {

struct CpuProfile {
    WallTime begin{};
    std::chrono::microseconds duration{0};
    std::uint32_t hertz = 0;
    std::uint64_t dropped = 0;
    std::vector<Module> modules;
    using Key = std::pair<std::int64_t, std::vector<std::uintptr_t>>;  // thread and addresses, the innermost first
    std::map<Key, std::uint64_t> counts;

    void add(const CpuSample& sample);

    std::string text() const;
    // Text of what may be a stranger, read within bounds; nullopt: it is none.
    static std::optional<CpuProfile> read(std::string_view text);
};

}  // namespace smew::stacks
