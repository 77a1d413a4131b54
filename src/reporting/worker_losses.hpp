#pragma once
// Ends of worker processes as events, with the stack of the crash when it left one. Stands before whoever else is told
// of what happens.

#include "sentry/client.hpp"
#include "telemetry/events.hpp"

namespace smew::reporting {

class WorkerLosses final : public telemetry::Events {
public:
    // Both outlive it.
    WorkerLosses(telemetry::Events& next, sentry::Client& client) : next_(next), client_(client) {}

    void login_failed(const ProjectId& project, std::string_view user, std::string_view address) override {
        next_.login_failed(project, user, address);
    }
    void workspace_active(const WorkspaceActivity& activity) override { next_.workspace_active(activity); }
    void worker_lost(const WorkerLoss& loss) override;

private:
    telemetry::Events& next_;
    sentry::Client& client_;
};

}  // namespace smew::reporting
