#pragma once
// How many clients may be connected: in all, and to one workspace.

#include "core/error.hpp"
#include "core/ids.hpp"
#include "fleet/fleet.hpp"

#include <memory>
#include <mutex>
#include <string_view>
#include <unordered_map>

namespace smew::fleet {

struct AdmissionLimits {
    int total = 0, per_workspace = 0;
    std::string_view total_setting, per_workspace_setting;  // where they come from, for who is refused
};

// Thread-safe. Places hold the counters alive, so they may outlive the fleet.
class AdmissionCounters : public std::enable_shared_from_this<AdmissionCounters> {
public:
    explicit AdmissionCounters(const AdmissionLimits& limits) : limits_(limits) {}

    // Who is connected stays.
    void set_limits(int total, int per_workspace);
    // 53300 when all places, or this workspace's, are taken.
    Result<std::unique_ptr<Admission>> admit(const WorkspaceId& workspace);

private:
    class Place;
    void leave(const WorkspaceId& workspace);

    std::mutex mutex_;
    AdmissionLimits limits_;
    int total_ = 0;
    std::unordered_map<WorkspaceId, int> by_workspace_;
};

}  // namespace smew::fleet
