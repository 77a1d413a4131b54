#pragma once
// The gateway's workers: starts, watches, limits, reaps and kills them; hands clients over; runs load jobs; knows every
// session. Synchronous and thread-safe; calls that may wait say so. Owns a thread that reads all links and notices
// workers' ends, and a timer for idle workers and expiry.

#include "catalog/store.hpp"
#include "config/settings.hpp"
#include "core/cancel.hpp"
#include "core/clock.hpp"
#include "core/fd.hpp"
#include "fleet/engine_checks.hpp"
#include "link/messages.hpp"
#include "link/record_frames.hpp"
#include "storage/layout.hpp"
#include "telemetry/events.hpp"
#include "telemetry/metrics.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace smew::fleet {

struct SessionInfo {
    SessionId id;
    WorkspaceId workspace;
    ProjectId project;
    std::string user, client_address, application_name;
    std::uint16_t client_port = 0;
    WallTime connected_at{};
    bool tls = false;
    std::int32_t backend_pid = 0;
    link::Door door = link::Door::kPgwire;
    std::optional<link::SessionActivity> activity;  // nullopt: the worker did not tell in time
};

// A place among the connections that are allowed; given back when destroyed.
class Admission {
public:
    virtual ~Admission() = default;
};

struct Rows {  // of an internal statement, as text
    std::vector<std::string> columns;
    std::vector<std::vector<std::optional<std::string>>> rows;
    std::string tag;
};

// Counted since the server started.
struct QueryTotals {
    std::uint64_t success = 0, error = 0, timeout = 0, cancelled = 0;
    std::uint64_t rows = 0, bytes = 0;  // sent to clients
    std::uint64_t duration_us = 0;
    std::uint64_t all() const { return success + error + timeout + cancelled; }
    QueryTotals& operator+=(const QueryTotals& other);
};

struct WorkspaceUsage {
    bool open = false;  // its worker runs; else there is nothing but the totals
    std::uint64_t memory_bytes = 0, memory_granted_bytes = 0, disk_bytes = 0, temp_bytes = 0;
    std::size_t sessions = 0, running = 0, waiting = 0;
    QueryTotals queries;
    WallTime since{};
};

class Fleet {
public:
    static std::unique_ptr<Fleet> create(const config::Settings& settings, const storage::Layout& layout,
                                         catalog::Store& store, telemetry::Metrics& metrics, telemetry::Events& events,
                                         link::QueryRecordSink& records, const Clock& clock);
    virtual ~Fleet() = default;  // ends all workers

    // ---- connections (pgfront)
    // 53300 when there is no place, in all or for this workspace. WebSockets have places of their own: they are many
    // and mostly idle.
    virtual Result<std::unique_ptr<Admission>> admit(const catalog::Workspace& workspace, link::Door door) = 0;
    // True when adopt() will not have to start a process.
    virtual bool warm(const WorkspaceId& workspace) const = 0;
    // Hands a logged-in client to the workspace's worker, which is started when it does not run (tens of milliseconds,
    // at most worker_start_timeout). `admission` is kept until the session ends. `ended` is called once, from the
    // fleet's thread, when the worker reports the session closed or is gone (with the error a relay may pass on). For
    // clients without a relay the fleet itself keeps a copy of the socket and tells the client when the worker is lost.
    virtual Result<void> adopt(const catalog::Workspace& workspace, link::AdoptSession session, UniqueFd socket,
                               std::unique_ptr<Admission> admission,
                               std::function<void(std::optional<Error>)> ended) = 0;
    // CancelRequest. Does nothing when pid and key do not match.
    virtual void cancel(std::int32_t backend_pid, std::string_view cancel_key) = 0;
    // Fresh pid and key for BackendKeyData.
    struct BackendKey {
        std::int32_t pid;
        std::string secret;
    };
    virtual BackendKey new_backend_key(std::size_t secret_bytes) = 0;

    // ---- sessions and workspaces (http)
    // Asks the worker what they are doing, and waits for it up to a second.
    virtual std::vector<SessionInfo> sessions(const WorkspaceId& workspace) = 0;
    // Of all workspaces, without their activity.
    virtual std::vector<SessionInfo> all_sessions() const = 0;
    virtual bool end_session(const WorkspaceId& workspace, const SessionId& session, CancelReason reason) = 0;
    // Cancels what the session runs; nothing when it runs nothing. False: there is no such session.
    virtual bool cancel_statement(const WorkspaceId& workspace, const SessionId& session, CancelReason reason) = 0;
    virtual std::size_t end_sessions(const WorkspaceId& workspace, CancelReason reason) = 0;
    // Ends sessions and the worker, waiting for its end: before a workspace's files are removed.
    virtual void end_worker(const WorkspaceId& workspace, CancelReason reason) = 0;
    // What changes is in force when these return, but in a worker that does not answer within a second.
    // Its limits have changed: tells its worker, if it runs.
    virtual void set_limits(const catalog::Workspace& workspace) = 0;
    // Limits among the instance's settings have changed (config/live_settings.hpp).
    virtual void reconfigure(const config::Settings& settings) = 0;
    // What workers note of their statements, from now on.
    virtual void observe(const link::SetObservation& wanted) = 0;
    // Runs statements in the workspace as an internal session; waits. The last result is returned.
    virtual Result<Rows> execute(const catalog::Workspace& workspace, std::string_view sql,
                                 std::chrono::milliseconds timeout) = 0;

    // ---- load jobs (http); waits for a free loader and for the job.
    virtual Result<link::JobOutcome> run_job(const catalog::Project& project, link::LoadJob job) = 0;

    // ---- names
    // A project's tables changed: bumps its generation.
    virtual void catalog_changed(const ProjectId& project) = 0;

    // Ends every session with 57P01 and every worker, within `grace`.
    virtual void shutdown(std::chrono::milliseconds grace) = 0;

    virtual WorkspaceUsage usage(const WorkspaceId& workspace) const = 0;
    struct Totals {
        std::size_t workers = 0, sessions = 0, loaders = 0, running = 0, waiting = 0;
        std::uint64_t memory_bytes = 0;                // in use by workers
        std::uint64_t memory_granted_bytes = 0;        // what they may use, together
        std::uint64_t memory_limit_bytes = 0;          // what that may be at most
        std::uint64_t disk_bytes = 0, temp_bytes = 0;  // of open workspaces
        QueryTotals queries;
        WallTime since{};
        std::size_t failed_starts = 0;  // of workers, since one has started
    };
    virtual Totals totals() const = 0;

    // A worker that runs, as it last reported itself.
    struct WorkerInfo {
        link::WorkerKind kind = link::WorkerKind::kWorkspace;
        ProjectId project;
        WorkspaceId workspace;  // empty for a loader
        int pid = 0;
        bool ready = false;
        std::size_t sessions = 0;
        std::uint64_t memory_bytes = 0, disk_bytes = 0;
        Bytes size_limit;  // of its disk; 0: none
        std::chrono::seconds running{0};
    };
    virtual std::vector<WorkerInfo> workers() const = 0;
    // A profile of the CPU time of a workspace's worker, as stacks/cpu_profile.hpp writes it; waits for it. 55000 when
    // the worker does not run, ends, or is being profiled already.
    virtual Result<std::string> profile_worker(const WorkspaceId& workspace, std::uint32_t hertz,
                                               std::chrono::milliseconds duration) = 0;
    // Asks the engine of each open workspace to answer a statement; waits for them, `patience` at most. Workspaces that
    // are closed meanwhile are left out.
    virtual std::vector<EngineCheck> check_engines(std::chrono::milliseconds patience) = 0;
};

}  // namespace smew::fleet
