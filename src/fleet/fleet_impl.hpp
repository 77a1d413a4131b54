#pragma once
// The one implementation of Fleet, spread over fleet_*.cpp by purpose. Internal to the room.

#include "fleet/admission.hpp"
#include "fleet/fleet.hpp"
#include "fleet/link_loop.hpp"
#include "fleet/machine_memory.hpp"
#include "fleet/name_service.hpp"
#include "fleet/worker_record.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
#include <random>
#include <unordered_map>

namespace smew::fleet {

class FleetImpl final : public Fleet {
public:
    FleetImpl(const config::Settings& settings, const storage::Layout& layout, catalog::Store& store,
              telemetry::Metrics& metrics, telemetry::Events& events, link::QueryRecordSink& records,
              const Clock& clock);
    ~FleetImpl() override;

    // fleet_sessions.cpp
    Result<std::unique_ptr<Admission>> admit(const catalog::Workspace& workspace, link::Door door) override;
    Result<void> adopt(const catalog::Workspace& workspace, link::AdoptSession session, UniqueFd socket,
                       std::unique_ptr<Admission> admission, std::function<void(std::optional<Error>)> ended) override;
    void cancel(std::int32_t backend_pid, std::string_view cancel_key) override;
    BackendKey new_backend_key(std::size_t secret_bytes) override;
    std::vector<SessionInfo> sessions(const WorkspaceId& workspace) override;
    std::vector<SessionInfo> all_sessions() const override;
    bool cancel_statement(const WorkspaceId& workspace, const SessionId& session, CancelReason reason) override;
    bool end_session(const WorkspaceId& workspace, const SessionId& session, CancelReason reason) override;
    std::size_t end_sessions(const WorkspaceId& workspace, CancelReason reason) override;

    // fleet_workers.cpp
    bool warm(const WorkspaceId& workspace) const override;
    void end_worker(const WorkspaceId& workspace, CancelReason reason) override;
    void set_limits(const catalog::Workspace& workspace) override;
    void reconfigure(const config::Settings& settings) override;
    void observe(const link::SetObservation& wanted) override;
    void shutdown(std::chrono::milliseconds grace) override;

    // fleet_usage.cpp
    WorkspaceUsage usage(const WorkspaceId& workspace) const override;
    Totals totals() const override;
    std::vector<WorkerInfo> workers() const override;

    // fleet_profiles.cpp
    Result<std::string> profile_worker(const WorkspaceId& workspace, std::uint32_t hertz,
                                       std::chrono::milliseconds duration) override;

    // fleet_engines.cpp
    std::vector<EngineCheck> check_engines(std::chrono::milliseconds patience) override;

    // fleet_jobs.cpp
    Result<Rows> execute(const catalog::Workspace& workspace, std::string_view sql,
                         std::chrono::milliseconds timeout) override;
    Result<link::JobOutcome> run_job(const catalog::Project& project, link::LoadJob job) override;
    void catalog_changed(const ProjectId& project) override;

private:
    using Lock = std::unique_lock<std::mutex>;

    // ---- sessions
    static std::vector<SessionInfo> listed_sessions(const WorkerRecord& worker);
    std::optional<std::vector<link::SessionActivity>> ask_activity(const WorkerPointer& worker);
    // Returns when those of them that are ready have obeyed what they were sent before: they obey in turn, so the
    // answer to a question comes behind it. One that hangs is waited for a second.
    void await_obeyed(std::vector<WorkerPointer> workers);
    // The worker of a session that clients may know of.
    WorkerPointer worker_of(const WorkspaceId& workspace, const SessionId& session) const;

    // ---- workers. Those that take a Lock may release it while they wait.
    Result<WorkerPointer> workspace_worker(Lock& lock, const catalog::Workspace& workspace);
    Result<WorkerPointer> start_worker(Lock& lock, link::WorkerKind kind, const ProjectId& project,
                                       const WorkspaceId& workspace, link::Start start, std::uint64_t memory,
                                       const catalog::Workspace& own = {});
    Result<WorkerPointer> await_ready(Lock& lock, const WorkerPointer& worker);
    bool make_room(Lock& lock);
    WorkerPointer longest_idle() const;
    std::vector<WorkerPointer> all_workers() const;

    // ---- memory: fleet_memory.cpp
    std::uint64_t free_memory() const;
    void grant(const WorkerPointer& worker, std::uint64_t memory);
    std::uint64_t rebalance_memory(std::uint64_t newcomer);
    Result<std::uint64_t> memory_for_start(Lock& lock, std::uint64_t wanted);
    void guard_memory();

    // ---- statements: fleet_turns.cpp
    std::vector<WorkerPointer> workspace_workers() const;
    TurnLimits turn_limits() const;
    static std::vector<TurnHolder> turn_holders(const std::vector<WorkerPointer>& workers);
    void lend_first_turns(WorkerRecord& worker, link::Start& start);
    void lend_turns();
    void on_turns_used(const WorkerPointer& worker, const link::TurnsUsed& used);
    void set_limits(const WorkerPointer& worker, const catalog::Workspace& workspace);

    void begin_end(const WorkerPointer& worker, CancelReason reason, std::chrono::milliseconds grace);
    void await_gone(Lock& lock, const WorkerPointer& worker);
    link::Start start_message(const ProjectId& project, std::int64_t project_number) const;
    Result<link::Start> workspace_start(const catalog::Workspace& workspace) const;
    Result<link::Start> loader_start(const catalog::Project& project) const;

    // ---- the event loop's handlers
    void on_message(const WorkerPointer& worker, link::Message message);
    void take_records(WorkerRecord& worker);
    void take_all_records();
    void on_ready(const WorkerPointer& worker, const link::Ready& ready);
    void on_start_failed(const WorkerPointer& worker, const link::StartFailed& failed);
    void on_sessions_listed(link::SessionsListed listed);
    void on_profile_taken(link::ProfileTaken taken);
    void on_engine_checked(link::EngineChecked checked);
    void on_session_closed(const WorkerPointer& worker, const link::SessionClosed& closed);
    void on_job_done(const WorkerPointer& worker, link::JobDone done);
    void count(const WorkspaceId& workspace, const link::Stats& stats);
    void on_stats(const WorkerPointer& worker, const link::Stats& stats);
    void on_link_closed(const WorkerPointer& worker);
    void on_exited(const WorkerPointer& worker, const std::string& status);
    void on_tick();

    // ---- jobs
    Result<WorkerPointer> take_loader(Lock& lock, const catalog::Project& project, std::uint64_t job);
    Result<link::JobOutcome> await_job(Lock& lock, const WorkerPointer& worker, std::uint64_t job);

    const config::Settings& settings_;
    const storage::Layout& layout_;
    catalog::Store& store_;
    telemetry::Metrics& metrics_;
    telemetry::Events& events_;
    link::QueryRecordSink& records_;
    const Clock& clock_;
    std::shared_ptr<AdmissionCounters> admissions_, websocket_admissions_;  // shared with the places given out
    NameService names_;

    const WallTime started_;
    const std::function<MachineMemory()> read_memory_ = [] { return read_machine_memory(); };

    mutable std::mutex mutex_;
    config::Settings live_;  // limits among the settings as they are now
    std::uint64_t memory_total_;
    std::condition_variable changed_;  // a worker's state, or a job
    bool turns_lent_ = false;          // some worker's are limited
    std::unordered_map<WorkspaceId, WorkerPointer> workspaces_;
    std::map<std::uint64_t, WorkerPointer> loaders_;
    struct BackendAddress {
        WorkerPointer worker;
        SessionId session;
    };
    std::unordered_map<std::int32_t, BackendAddress> backends_;
    std::uint64_t next_worker_ = 1;
    std::uint64_t next_job_ = 1;
    std::uint64_t next_question_ = 1;
    std::map<std::uint64_t, std::optional<std::vector<link::SessionActivity>>> questions_;  // ListSessions, and answers
    std::map<std::uint64_t, std::optional<link::ProfileTaken>> profiles_;                   // TakeProfile, and answers
    std::map<std::uint64_t, std::optional<link::EngineChecked>> engine_questions_;          // CheckEngine, and answers
    std::size_t failed_starts_ = 0;                                                         // since one succeeded
    link::SetObservation observation_;
    std::int32_t next_backend_pid_;
    bool stopping_ = false;
    std::unordered_map<WorkspaceId, QueryTotals> totals_;  // since the server started
    WorkerPointer greediest_;                              // while the machine is short of memory
    SteadyTime greedy_since_{};

    LinkLoop loop_;  // last: its thread uses all of the above
};

}  // namespace smew::fleet
