#pragma once
// One worker process as the fleet knows it. All members but `channel` (which locks for itself) and the records (which
// are the event loop's) are guarded by the fleet's mutex.

#include "fleet/fleet.hpp"
#include "fleet/live_session.hpp"
#include "fleet/process.hpp"
#include "fleet/turn_lease.hpp"
#include "link/channel.hpp"
#include "link/record_frames.hpp"
#include "link/record_ring.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

namespace smew::fleet {

enum class WorkerState {
    kStarting,  // spawned, Start sent, no Ready yet
    kReady,
    kEnding,  // told to shut down, or killed; nobody may use it any more
    kGone,    // reaped; only those who still hold the record see it
};

struct JobResult {
    bool done = false;
    std::optional<Error> error;
    link::JobOutcome outcome;
};

struct WorkerRecord {
    WorkerRecord(std::uint64_t its_number, link::WorkerKind its_kind, UniqueFd socket, Process its_process)
        : number(its_number), kind(its_kind), channel(std::move(socket)), process(std::move(its_process)) {}

    const std::uint64_t number;  // unique in the gateway's life; names it in the event loop
    const link::WorkerKind kind;
    ProjectId project;
    WorkspaceId workspace;  // empty for a loader
    link::Channel channel;
    Process process;
    UniqueFd crash_paper;
    std::optional<link::RecordRing> records;            // of a workspace's
    std::shared_ptr<link::RecordReader> record_reader;  // shared with those that still wait to be read

    WorkerState state = WorkerState::kStarting;
    bool told_to_end = false;  // by the fleet: its end is no loss
    std::optional<Error> start_error;
    std::string last_words;  // why it ended itself, when it said so
    SteadyTime started_at{};
    SteadyTime idle_since{};  // meaningful without sessions and jobs
    SteadyTime kill_at{};     // when ending: SIGKILL after this
    int waiting = 0;          // callers that wait for it to be ready, each to use it at once
    std::unordered_map<SessionId, LiveSession> sessions;
    std::map<std::uint64_t, JobResult> jobs;  // running and finished ones not yet collected
    link::WorkspaceLimits limits;             // its own; of its memory it may be granted less
    catalog::Workspace own;                   // as it was last told of; of a loader empty
    std::string temp_dir;
    std::uint64_t memory_granted = 0;   // as it was last told
    std::uint64_t memory_in_force = 0;  // as it last said
    SteadyTime told_at{};
    TurnLease turns;                  // of a loader unused
    std::uint32_t running = 0;        // statements
    std::uint32_t waiting_large = 0;  // for memory
    std::uint64_t memory_bytes = 0, disk_bytes = 0, temp_bytes = 0;

    bool usable() const { return state == WorkerState::kStarting || state == WorkerState::kReady; }
    bool idle() const { return state == WorkerState::kReady && waiting == 0 && sessions.empty() && jobs.empty(); }
};

using WorkerPointer = std::shared_ptr<WorkerRecord>;  // shared by the fleet's map, the event loop and waiting callers

}  // namespace smew::fleet
