#pragma once
// How many clients may be connected: in all, and to one workspace.

#include "core/error.hpp"
#include "core/ids.hpp"
#include "fleet/fleet.hpp"

#include <memory>
#include <mutex>
#include <unordered_map>

namespace smew::fleet {

// Thread-safe. Places hold the counters alive, so they may outlive the fleet.
class AdmissionCounters : public std::enable_shared_from_this<AdmissionCounters> {
public:
    AdmissionCounters(std::size_t limit_total, std::size_t limit_per_workspace)
        : limit_total_(limit_total), limit_per_workspace_(limit_per_workspace) {}

    // 53300 when all places, or this workspace's, are taken.
    Result<std::unique_ptr<Admission>> admit(const WorkspaceId& workspace);

private:
    class Place;
    void leave(const WorkspaceId& workspace);

    const std::size_t limit_total_;
    const std::size_t limit_per_workspace_;
    std::mutex mutex_;
    std::size_t total_ = 0;
    std::unordered_map<WorkspaceId, std::size_t> by_workspace_;
};

}  // namespace smew::fleet
