// Profiles of workers, which take them themselves: nobody else may look into them.

#include "fleet/fleet_impl.hpp"

namespace smew::fleet {
namespace {

constexpr std::chrono::seconds kProfilePatience{10};  // beyond the time it takes

Error not_running() {
    return {sqlstate::kObjectNotInPrerequisiteState, "the workspace is not open: it has no process to profile", "",
            "Connect to it first."};
}

}  // namespace

Result<std::string> FleetImpl::profile_worker(const WorkspaceId& workspace, std::uint32_t hertz,
                                              std::chrono::milliseconds duration) {
    Lock lock(mutex_);
    const auto found = workspaces_.find(workspace);
    if (found == workspaces_.end() || found->second->state != WorkerState::kReady) return not_running();
    const WorkerPointer worker = found->second;
    const std::uint64_t question = next_question_++;
    profiles_[question];
    lock.unlock();
    const bool asked =
        worker->channel.send(link::TakeProfile{question, hertz, static_cast<std::uint32_t>(duration.count())})
            .has_value();
    lock.lock();
    if (asked) {
        changed_.wait_for(lock, duration + kProfilePatience,
                          [&] { return profiles_[question].has_value() || worker->state == WorkerState::kGone; });
    }
    const auto answer = std::move(profiles_[question]);
    profiles_.erase(question);
    if (!answer) return not_running();
    if (answer->error) return *answer->error;
    return answer->samples;
}

void FleetImpl::on_profile_taken(link::ProfileTaken taken) {
    {
        const std::lock_guard lock(mutex_);
        const auto found = profiles_.find(taken.request);
        if (found == profiles_.end()) return;  // nobody waits any more
        found->second = std::move(taken);
    }
    changed_.notify_all();
}

}  // namespace smew::fleet
