#include "fleet/admission.hpp"

namespace smew::fleet {

class AdmissionCounters::Place final : public Admission {
public:
    Place(std::shared_ptr<AdmissionCounters> counters, WorkspaceId workspace)
        : counters_(std::move(counters)), workspace_(std::move(workspace)) {}
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() override { counters_->leave(workspace_); }

private:
    std::shared_ptr<AdmissionCounters> counters_;  // shared with the fleet: a relay may end after it
    WorkspaceId workspace_;
};

void AdmissionCounters::set_limits(int total, int per_workspace) {
    const std::lock_guard lock(mutex_);
    limits_.total = total;
    limits_.per_workspace = per_workspace;
}

Result<std::unique_ptr<Admission>> AdmissionCounters::admit(const WorkspaceId& workspace) {
    {
        const std::lock_guard lock(mutex_);
        if (total_ >= limits_.total) {
            return Error{sqlstate::kTooManyConnections, "sorry, too many clients already", "",
                         "Close connections that are not needed, or ask the admin to raise " +
                             std::string(limits_.total_setting) + "."};
        }
        int& here = by_workspace_[workspace];
        if (here >= limits_.per_workspace) {
            return Error{sqlstate::kTooManyConnections,
                         "too many connections to this workspace (limit " + std::to_string(limits_.per_workspace) + ")",
                         "",
                         "Close connections that are not needed, use a connection pool, or ask the admin to raise " +
                             std::string(limits_.per_workspace_setting) + "."};
        }
        ++here;
        ++total_;
    }
    return std::unique_ptr<Admission>(std::make_unique<Place>(shared_from_this(), workspace));
}

void AdmissionCounters::leave(const WorkspaceId& workspace) {
    const std::lock_guard lock(mutex_);
    --total_;
    const auto found = by_workspace_.find(workspace);
    if (--found->second == 0) by_workspace_.erase(found);
}

}  // namespace smew::fleet
