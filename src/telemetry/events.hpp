#pragma once
// What happens in the gateway that somebody may want to be told of, beyond log and metrics. Told by fleet/ and
// pgfront/, which do not know who listens.

#include "core/duration_buckets.hpp"
#include "core/ids.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace smew::telemetry {

// Called from any thread, on the path of logins and statistics: implementations return at once.
class Events {
public:
    virtual ~Events() = default;

    // A login that gave a wrong password or named no user. `project` is empty when there is no such user.
    virtual void login_failed(const ProjectId& project, std::string_view user, std::string_view address) = 0;

    // A worker's report, every second while something changes.
    struct WorkspaceActivity {
        ProjectId project;
        WorkspaceId workspace;
        std::uint64_t statements = 0, failed = 0;     // since the last report; cancelled ones count, but not as failed
        std::uint64_t cancelled = 0, bytes_sent = 0;  // likewise
        std::array<std::uint64_t, kDurationBucketCount> durations{};  // of the statements, by how long they took
        std::uint64_t disk_bytes = 0, size_limit = 0;                 // now; a limit of 0 is none
    };
    virtual void workspace_active(const WorkspaceActivity& activity) = 0;

    // A process of a workspace ended though nobody had told it to.
    struct WorkerLoss {
        ProjectId project;
        WorkspaceId workspace;    // empty: of a load
        std::string_view how;     // "signal 11 (Segmentation fault)"
        std::string_view reason;  // its last words; empty: none
        std::string_view dump;    // of its crash (stacks/crash_dump.hpp); empty: none
    };
    virtual void worker_lost(const WorkerLoss& loss) = 0;
};

// For who has nobody to tell.
class NoEvents final : public Events {
public:
    void login_failed(const ProjectId&, std::string_view, std::string_view) override {}
    void workspace_active(const WorkspaceActivity&) override {}
    void worker_lost(const WorkerLoss&) override {}
};

}  // namespace smew::telemetry
