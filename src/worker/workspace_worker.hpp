#pragma once
// A worker of a workspace: its instance, its sessions, and what the gateway says about them.

#include "engine/engine.hpp"
#include "worker/disk_watch.hpp"
#include "worker/engine_check.hpp"
#include "worker/inbox.hpp"
#include "worker/link_resolver.hpp"
#include "worker/profile_taker.hpp"
#include "worker/session_pool.hpp"
#include "worker/statistics.hpp"
#include "worker/watch.hpp"
#include "worker/working_dir.hpp"

#include <memory>
#include <optional>
#include <string>

namespace smew::worker {

// Counts, and finds room on a full disk.
class SessionServices final : public Statistics {
public:
    explicit SessionServices(RecordQueue& records) : Statistics(&records) {}

    bool make_room() override { return disk_watch->make_room(); }
    std::unique_ptr<DiskWatch> disk_watch;  // before there are sessions
};

class WorkspaceWorker {
public:
    // Opens the instance; the process is in its sandbox already. `records`: where those of its statements go. `channel`
    // and `memory` outlive the worker.
    static Result<std::unique_ptr<WorkspaceWorker>> open(link::Channel& channel, const link::Start& start,
                                                         link::CatalogGeneration generation,
                                                         std::optional<link::RecordRing> records,
                                                         const PrivateMemory& memory);

    // Serves until the gateway says Shutdown or is gone, then ends the sessions and closes the database. Returns the
    // exit code; does not return when a statement had to be ended with the process.
    int serve();

private:
    using Time = std::chrono::steady_clock::time_point;

    WorkspaceWorker(link::Channel& channel, const link::Start& start, link::CatalogGeneration generation,
                    std::optional<link::RecordRing> records, const PrivateMemory& memory, TempDir temp);
    Result<void> open_instance();
    void start_threads();

    // ---- on the main thread, which reads the link
    void handle(link::Channel::Received received);
    void adopt(link::AdoptSession order, UniqueFd socket);
    void set_limits(const link::WorkspaceLimits& limits);
    void set_shares(const link::WorkspaceLimits& limits);
    void take_turns(const link::LendTurns& lent);
    void list_sessions(const link::ListSessions& question);
    void begin_drain(CancelReason reason, std::chrono::milliseconds grace);
    bool drained() const;
    int close();

    // ---- on the watch's thread
    void check_deadlines(Time now);
    void check_disk();
    void report();
    void report_turns();
    void give_memory_back();

    // ---- on a session's thread
    void session_closed(const pgsession::Session& session);

    // Tells the gateway and all clients why, and ends the process at once. `culprit`: whose statement it was.
    [[noreturn]] void end_process(const std::string& reason, const SessionId& culprit);

    link::Channel& channel_;
    const link::Start start_;
    const PrivateMemory& memory_;
    const pgsession::SessionLimits limits_;
    TempDir temp_;
    Inbox inbox_;
    LinkResolver resolver_;
    RecordQueue records_;
    pgsession::SessionGroup group_;               // outlives the sessions in pool_
    std::unique_ptr<engine::Instance> instance_;  // outlives the sessions in pool_
    SessionServices services_;
    std::unique_ptr<SessionPool> pool_;
    std::unique_ptr<Watch> watch_;
    ProfileTaker profiles_;
    std::unique_ptr<EngineCheck> engine_check_;  // goes before instance_

    std::mutex report_mutex_, turns_mutex_;
    link::LendTurns turns_;  // of the main thread
    Bytes memory_limit_;     // in force; of the main thread
    std::atomic<bool> draining_{false};
    CancelReason drain_reason_ = CancelReason::kNone;
    std::optional<Time> drain_until_;
    bool gateway_gone_ = false;
};

}  // namespace smew::worker
