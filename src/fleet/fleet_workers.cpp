// Starting, watching and ending worker processes.

#include "fleet/fleet_impl.hpp"
#include "fleet/workspace_limits.hpp"
#include "telemetry/log.hpp"

#include <filesystem>
#include <thread>

namespace smew::fleet {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;

// A loader that has nothing to do is kept this long: the next preview or load of its project saves a process start.
constexpr auto kLoaderIdle = std::chrono::seconds(30);
// Between a worker being told to end (with its own grace) and SIGKILL.
constexpr auto kEndMargin = std::chrono::seconds(2);

Error shutting_down() {
    return {sqlstate::kCannotConnectNow, "the server is shutting down"};
}

link::Sandbox to_link(config::SandboxMode mode) {
    switch (mode) {
        case config::SandboxMode::kRequired:
            return link::Sandbox::kRequired;
        case config::SandboxMode::kPreferred:
            return link::Sandbox::kPreferred;
        case config::SandboxMode::kOff:
            return link::Sandbox::kOff;
    }
    return link::Sandbox::kRequired;
}

std::uint32_t to_ms(std::chrono::seconds time) {
    return static_cast<std::uint32_t>(milliseconds(time).count());
}

std::uint32_t threads_or_cores(int configured) {
    return configured > 0 ? static_cast<std::uint32_t>(configured) : std::max(1U, std::thread::hardware_concurrency());
}

// Four fifths leave room for the gateway, for files' cache, and for what workers use beside DuckDB's own count.
std::uint64_t memory_total(const config::Settings& settings) {
    if (settings.memory_total_limit.count > 0) return settings.memory_total_limit.count;
    return read_machine_memory().total / 5 * 4;
}

std::string kind_name(link::WorkerKind kind) {
    return kind == link::WorkerKind::kLoader ? "loader" : "workspace";
}

}  // namespace

std::unique_ptr<Fleet> Fleet::create(const config::Settings& settings, const storage::Layout& layout,
                                     catalog::Store& store, telemetry::Metrics& metrics, telemetry::Events& events,
                                     link::QueryRecordSink& records, const Clock& clock) {
    return std::make_unique<FleetImpl>(settings, layout, store, metrics, events, records, clock);
}

FleetImpl::FleetImpl(const config::Settings& settings, const storage::Layout& layout, catalog::Store& store,
                     telemetry::Metrics& metrics, telemetry::Events& events, link::QueryRecordSink& records,
                     const Clock& clock)
    : settings_(settings),
      layout_(layout),
      store_(store),
      metrics_(metrics),
      events_(events),
      records_(records),
      clock_(clock),
      admissions_(std::make_shared<AdmissionCounters>(
          AdmissionLimits{.total = settings.pgwire_max_connections_total,
                          .per_workspace = settings.pgwire_max_connections_per_workspace,
                          .total_setting = "pgwire_max_connections_total",
                          .per_workspace_setting = "pgwire_max_connections_per_workspace"})),
      websocket_admissions_(std::make_shared<AdmissionCounters>(
          AdmissionLimits{.total = settings.websocket_max_connections_total,
                          .per_workspace = settings.websocket_max_sessions_per_workspace,
                          .total_setting = "websocket_max_connections_total",
                          .per_workspace_setting = "websocket_max_sessions_per_workspace"})),
      names_(layout, store),
      started_(clock.now()),
      live_(settings),
      memory_total_(memory_total(settings)),
      next_backend_pid_(static_cast<std::int32_t>(std::random_device{}() & 0x3FFFFFU) + 1),
      loop_({.message = [this](const WorkerPointer& worker,
                               link::Message message) { on_message(worker, std::move(message)); },
             .link_closed = [this](const WorkerPointer& worker) { on_link_closed(worker); },
             .exited = [this](const WorkerPointer& worker, const std::string& status) { on_exited(worker, status); },
             .tick = [this] { on_tick(); }}) {}

FleetImpl::~FleetImpl() {
    shutdown(milliseconds(0));
    names_.stop();  // before the loop goes: its threads may hold workers
}

// ---------------------------------------------------------------- what a worker is told at its start

link::Start FleetImpl::start_message(const ProjectId& project, std::int64_t project_number) const {
    link::Start start;
    start.project = project;
    start.versions_dir = layout_.versions_dir(project_number);
    start.sandbox = to_link(settings_.worker_sandbox);
    start.gid = layout_.project_gid(project_number);
    start.threads = threads_or_cores(settings_.workspace_threads);
    start.max_prepared_statements = static_cast<std::uint32_t>(settings_.pgwire_max_prepared_statements);
    start.max_message_bytes = settings_.pgwire_max_message_bytes.count;
    start.kill_grace_ms = to_ms(settings_.worker_kill_grace_seconds);
    return start;
}

Result<link::Start> FleetImpl::workspace_start(const catalog::Workspace& workspace) const {
    std::int64_t project_number = 0;  // of what belongs to no project
    if (workspace.number != 0) {
        const Result<catalog::Project> project = store_.project(workspace.project);
        if (!project) return project.error();
        project_number = project->number;
    }
    // Not there after a restore of a backup without workspaces.
    if (!std::filesystem::exists(layout_.workspace_dir(workspace.number))) {
        if (auto made = layout_.make_workspace(workspace.number, project_number); !made) return made.error();
    }
    link::Start start = start_message(workspace.project, project_number);
    start.kind = link::WorkerKind::kWorkspace;
    start.workspace = workspace.id;
    start.database_file = layout_.workspace_file(workspace.number);
    start.writable_dir = layout_.workspace_dir(workspace.number);
    start.temp_dir = layout_.workspace_dir(workspace.number) / "tmp";
    start.uid = layout_.workspace_uid(workspace.number);
    start.limits = limits_of(workspace, live_);
    return start;
}

Result<link::Start> FleetImpl::loader_start(const catalog::Project& project) const {
    link::Start start = start_message(project.id, project.number);
    start.kind = link::WorkerKind::kLoader;
    start.writable_dir = layout_.staging_dir(project.number);
    start.temp_dir = layout_.staging_dir(project.number) / ("tmp-" + std::to_string(next_worker_));
    start.files_dir = layout_.files_dir(project.number);
    start.uid = layout_.loader_uid(project.number);
    start.limits.memory = settings_.loader_memory_limit;
    start.limits.size = settings_.import_max_bytes;
    return start;
}

// ---------------------------------------------------------------- start

Result<WorkerPointer> FleetImpl::workspace_worker(Lock& lock, const catalog::Workspace& workspace) {
    std::optional<std::uint64_t> memory;
    for (;;) {
        if (stopping_) return shutting_down();
        if (const auto found = workspaces_.find(workspace.id); found != workspaces_.end()) {
            const WorkerPointer worker = found->second;
            if (worker->usable()) return await_ready(lock, worker);
            await_gone(lock, worker);  // its DuckDB file is locked until it has ended
            continue;
        }
        if (memory) break;
        // Waits, perhaps; then another caller may have started this worker.
        const auto granted = memory_for_start(lock, workspace.memory_limit.count);
        if (!granted) return granted.error();
        memory = *granted;
    }
    const Result<link::Start> start = workspace_start(workspace);
    if (!start) return start.error();
    return start_worker(lock, link::WorkerKind::kWorkspace, workspace.project, workspace.id, *start, *memory,
                        workspace);
}

Result<WorkerPointer> FleetImpl::start_worker(Lock& lock, link::WorkerKind kind, const ProjectId& project,
                                              const WorkspaceId& workspace, link::Start start, std::uint64_t memory,
                                              const catalog::Workspace& own) {
    if (!make_room(lock)) {
        return Error{sqlstate::kTooManyConnections, "too many open workspaces", "",
                     "Try again later, or ask the admin to raise worker_max_count."};
    }
    const Result<int> generation = names_.generation_fd(project);
    if (!generation) return generation.error();
    auto sockets = link::make_socket_pair();
    if (!sockets) return sockets.error();
    UniqueFd crash_paper = make_crash_paper();
    std::optional<link::RecordRing> records;
    if (kind == link::WorkerKind::kWorkspace) {
        auto ring = link::RecordRing::create();
        if (!ring) return ring.error();
        records = std::move(*ring);
    }
    Result<Process> process = spawn_worker(sockets->second, crash_paper, records ? records->fd() : -1);
    if (!process) return process.error();
    sockets->second.reset();

    const auto worker =
        std::make_shared<WorkerRecord>(next_worker_++, kind, std::move(sockets->first), std::move(*process));
    worker->project = project;
    worker->workspace = workspace;
    worker->crash_paper = std::move(crash_paper);
    worker->records = std::move(records);
    worker->record_reader = std::make_shared<link::RecordReader>();
    worker->limits = start.limits;
    worker->own = own;
    if (kind == link::WorkerKind::kWorkspace) lend_first_turns(*worker, start);
    worker->temp_dir = start.temp_dir;
    worker->memory_granted = worker->memory_in_force = memory;
    start.limits.memory = Bytes{memory};
    worker->started_at = clock_.steady_now();
    if (kind == link::WorkerKind::kWorkspace)
        workspaces_[workspace] = worker;
    else
        loaders_[worker->number] = worker;

    if (const Result<void> watched = loop_.watch(worker); !watched) {
        kill_process(worker->process);
        reap(worker->process);
        workspaces_.erase(workspace);
        loaders_.erase(worker->number);
        return watched.error();
    }
    if (!worker->channel.send(start, *generation)) kill_process(worker->process);  // its end is noticed below
    return await_ready(lock, worker);
}

Result<WorkerPointer> FleetImpl::await_ready(Lock& lock, const WorkerPointer& worker) {
    const auto deadline = std::chrono::steady_clock::now() + settings_.worker_start_timeout_seconds;
    ++worker->waiting;
    const bool decided = changed_.wait_until(lock, deadline, [&] { return worker->state != WorkerState::kStarting; });
    --worker->waiting;
    if (worker->state != WorkerState::kReady) ++failed_starts_;
    if (!decided) {
        worker->start_error =
            Error{sqlstate::kCannotConnectNow, "the workspace did not start in time", "", "Try again."};
        worker->state = WorkerState::kEnding;
        kill_process(worker->process);
        return *worker->start_error;
    }
    if (worker->state == WorkerState::kReady) return worker;
    if (worker->start_error) return *worker->start_error;
    return Error{sqlstate::kCannotConnectNow, "the workspace's worker process ended while it started", "",
                 "Try again."};
}

WorkerPointer FleetImpl::longest_idle() const {
    WorkerPointer oldest;
    for (const WorkerPointer& worker : all_workers()) {
        if (worker->idle() && (!oldest || worker->idle_since < oldest->idle_since)) oldest = worker;
    }
    return oldest;
}

// True when one more worker may run. Ends the longest idle one to make room.
bool FleetImpl::make_room(Lock& lock) {
    const auto limit = static_cast<std::size_t>(settings_.worker_max_count);
    while (workspaces_.size() + loaders_.size() >= limit) {
        const WorkerPointer oldest = longest_idle();
        if (!oldest) return false;
        begin_end(oldest, CancelReason::kShutdown, milliseconds(2000));
        await_gone(lock, oldest);
        if (stopping_) return false;
    }
    return true;
}

bool FleetImpl::warm(const WorkspaceId& workspace) const {
    const std::lock_guard lock(mutex_);
    const auto found = workspaces_.find(workspace);
    return found != workspaces_.end() && found->second->state == WorkerState::kReady;
}

// ---------------------------------------------------------------- end

void FleetImpl::begin_end(const WorkerPointer& worker, CancelReason reason, milliseconds grace) {
    if (worker->state == WorkerState::kEnding || worker->state == WorkerState::kGone) return;
    worker->state = WorkerState::kEnding;
    worker->told_to_end = true;
    worker->kill_at = clock_.steady_now() + grace + kEndMargin;
    const link::Shutdown order{.grace_ms = static_cast<std::uint32_t>(grace.count()), .reason = reason};
    // Under the fleet's mutex: a worker that does not read may not hold up all others.
    if (!worker->channel.send_now(order)) kill_process(worker->process);
    changed_.notify_all();
}

void FleetImpl::await_gone(Lock& lock, const WorkerPointer& worker) {
    changed_.wait(lock, [&] { return worker->state == WorkerState::kGone; });  // on_tick kills it at kill_at
}

void FleetImpl::end_worker(const WorkspaceId& workspace, CancelReason reason) {
    Lock lock(mutex_);
    const auto found = workspaces_.find(workspace);
    if (found == workspaces_.end()) return;
    const WorkerPointer worker = found->second;
    begin_end(worker, reason, milliseconds(3000));
    await_gone(lock, worker);
}

void FleetImpl::set_limits(const catalog::Workspace& workspace) {
    Lock lock(mutex_);
    const auto found = workspaces_.find(workspace.id);
    if (found == workspaces_.end()) return;  // it starts with the new ones
    const WorkerPointer worker = found->second;
    set_limits(worker, workspace);
    rebalance_memory(0);
    lend_turns();
    lock.unlock();
    await_obeyed({worker});
}

void FleetImpl::set_limits(const WorkerPointer& worker, const catalog::Workspace& workspace) {
    worker->own = workspace;
    worker->limits = limits_of(workspace, live_);
    grant(worker, std::min(worker->memory_granted, worker->limits.memory.count));
}

void FleetImpl::reconfigure(const config::Settings& settings) {
    Lock lock(mutex_);
    live_ = settings;
    memory_total_ = memory_total(settings);
    admissions_->set_limits(settings.pgwire_max_connections_total, settings.pgwire_max_connections_per_workspace);
    websocket_admissions_->set_limits(settings.websocket_max_connections_total,
                                      settings.websocket_max_sessions_per_workspace);
    const std::vector<WorkerPointer> workers = workspace_workers();
    for (const WorkerPointer& worker : workers) set_limits(worker, worker->own);
    rebalance_memory(0);
    lend_turns();
    lock.unlock();
    await_obeyed(workers);
}

void FleetImpl::observe(const link::SetObservation& wanted) {
    std::vector<WorkerPointer> workers;
    {
        const std::lock_guard lock(mutex_);
        observation_ = wanted;
        for (const auto& [id, worker] : workspaces_) {
            if (worker->state == WorkerState::kReady) workers.push_back(worker);
        }
    }
    for (const WorkerPointer& worker : workers) {
        if (!worker->channel.send(wanted)) kill_process(worker->process);
    }
    await_obeyed(std::move(workers));
}

void FleetImpl::shutdown(milliseconds grace) {
    Lock lock(mutex_);
    stopping_ = true;
    for (const auto& [id, worker] : workspaces_) begin_end(worker, CancelReason::kShutdown, grace);
    for (const auto& [number, worker] : loaders_) begin_end(worker, CancelReason::kShutdown, grace);
    changed_.notify_all();
    changed_.wait(lock, [&] { return workspaces_.empty() && loaders_.empty(); });
}

// ---------------------------------------------------------------- the event loop's handlers

void FleetImpl::on_message(const WorkerPointer& worker, link::Message message) {
    if (auto* question = std::get_if<link::ResolveTable>(&message))
        names_.answer(worker, std::move(*question));
    else if (const auto* list = std::get_if<link::ListCatalog>(&message))
        names_.answer(worker, *list);
    else if (const auto* closed = std::get_if<link::SessionClosed>(&message))
        on_session_closed(worker, *closed);
    else if (const auto* stats = std::get_if<link::Stats>(&message))
        on_stats(worker, *stats);
    else if (const auto* used = std::get_if<link::TurnsUsed>(&message))
        on_turns_used(worker, *used);
    else if (std::holds_alternative<link::RecordsWaiting>(message))
        take_records(*worker);
    else if (auto* listed = std::get_if<link::SessionsListed>(&message))
        on_sessions_listed(std::move(*listed));
    else if (auto* profile = std::get_if<link::ProfileTaken>(&message))
        on_profile_taken(std::move(*profile));
    else if (auto* checked = std::get_if<link::EngineChecked>(&message))
        on_engine_checked(std::move(*checked));
    else if (auto* done = std::get_if<link::JobDone>(&message))
        on_job_done(worker, std::move(*done));
    else if (const auto* ready = std::get_if<link::Ready>(&message))
        on_ready(worker, *ready);
    else if (const auto* failed = std::get_if<link::StartFailed>(&message))
        on_start_failed(worker, *failed);
    else if (const auto* ending = std::get_if<link::Ending>(&message)) {
        const std::lock_guard lock(mutex_);
        worker->last_words = ending->reason;
    } else {
        log::error("worker_broke_protocol", {{"workspace_id", worker->workspace.value()}});
        kill_process(worker->process);
    }
}

void FleetImpl::on_ready(const WorkerPointer& worker, const link::Ready& ready) {
    const auto taken = duration_cast<microseconds>(clock_.steady_now() - worker->started_at);
    {
        const std::lock_guard lock(mutex_);
        if (worker->state != WorkerState::kStarting) return;
        // Before it gets its first session.
        if (worker->kind == link::WorkerKind::kWorkspace) (void)worker->channel.send_now(observation_);
        worker->state = WorkerState::kReady;
        worker->idle_since = clock_.steady_now();
        failed_starts_ = 0;
        lend_turns();
        metrics_.workers_active(static_cast<std::int64_t>(workspaces_.size() + loaders_.size()));
    }
    changed_.notify_all();
    metrics_.worker_started(taken);
    log::info("worker_started", {{"kind", kind_name(worker->kind)},
                                 {"project_id", worker->project.value()},
                                 {"workspace_id", worker->workspace.value()},
                                 {"pid", worker->process.pid},
                                 {"sandbox", ready.sandbox},
                                 {"duration_ms", taken.count() / 1000}});
}

void FleetImpl::on_start_failed(const WorkerPointer& worker, const link::StartFailed& failed) {
    log::error("worker_start_failed", {{"kind", kind_name(worker->kind)},
                                       {"workspace_id", worker->workspace.value()},
                                       {"error", failed.error.message}});
    const std::lock_guard lock(mutex_);
    worker->start_error = failed.error;
}

void FleetImpl::take_records(WorkerRecord& worker) {
    if (!worker.records || !records_.has_room()) return;
    link::RecordRing::Taken taken = worker.records->take();
    if (taken.bytes.empty() && taken.dropped == 0) return;
    records_.take({.project = worker.project,
                   .workspace = worker.workspace,
                   .frames = std::move(taken.bytes),
                   .reader = worker.record_reader,
                   .dropped = taken.dropped});
}

void FleetImpl::take_all_records() {
    std::vector<WorkerPointer> workers;
    {
        const std::lock_guard lock(mutex_);
        workers = workspace_workers();
    }
    for (const WorkerPointer& worker : workers) take_records(*worker);
}

void FleetImpl::on_link_closed(const WorkerPointer& worker) {
    const std::lock_guard lock(mutex_);
    if (worker->usable()) worker->state = WorkerState::kEnding;
    // A process that closed its link but goes on is of no use: it gets a moment to exit by itself.
    worker->kill_at = clock_.steady_now() + kEndMargin;
}

void FleetImpl::on_exited(const WorkerPointer& worker, const std::string& status) {
    take_records(*worker);  // also of one that was killed
    // A worker that was killed could not do it itself. Before it counts as gone: the next one makes it anew.
    std::error_code ignored;
    std::filesystem::remove_all(worker->temp_dir, ignored);
    std::unordered_map<SessionId, LiveSession> orphans;
    bool expected = false;
    {
        const std::lock_guard lock(mutex_);
        expected = status == "exit code 0" || worker->told_to_end;
        worker->state = WorkerState::kGone;
        orphans.swap(worker->sessions);
        for (const auto& [id, session] : orphans) backends_.erase(session.backend_pid);
        for (auto& [number, job] : worker->jobs) {
            if (job.done) continue;
            job.done = true;
            job.error = Error{sqlstate::kSystemError, "the loader process ended unexpectedly (" + status + ")",
                              worker->last_words,
                              "Nothing was changed. The job may need more memory than loader_memory_limit."};
        }
        if (worker->kind == link::WorkerKind::kWorkspace)
            workspaces_.erase(worker->workspace);
        else
            loaders_.erase(worker->number);
        lend_turns();
        metrics_.workers_active(static_cast<std::int64_t>(workspaces_.size() + loaders_.size()));
    }
    changed_.notify_all();
    for (auto& [id, session] : orphans) session.finish(error_for(CancelReason::kWorkerLost));
    if (expected) {
        log::info("worker_ended",
                  {{"kind", kind_name(worker->kind)}, {"workspace_id", worker->workspace.value()}, {"status", status}});
        return;
    }
    metrics_.worker_lost();
    const std::string dump = read_crash_paper(worker->crash_paper);
    events_.worker_lost({.project = worker->project,
                         .workspace = worker->workspace,
                         .how = status,
                         .reason = worker->last_words,
                         .dump = dump});
    log::error("worker_lost", {{"kind", kind_name(worker->kind)},
                               {"project_id", worker->project.value()},
                               {"workspace_id", worker->workspace.value()},
                               {"pid", worker->process.pid},
                               {"status", status},
                               {"reason", worker->last_words},
                               {"sessions", orphans.size()}});
}

void FleetImpl::on_tick() {
    const Totals now_used = totals();
    metrics_.fleet({.sessions = now_used.sessions,
                    .running = now_used.running,
                    .waiting = now_used.waiting,
                    .loaders = now_used.loaders,
                    .memory_bytes = now_used.memory_bytes,
                    .memory_granted_bytes = now_used.memory_granted_bytes,
                    .memory_limit_bytes = now_used.memory_limit_bytes,
                    .disk_bytes = now_used.disk_bytes,
                    .temp_bytes = now_used.temp_bytes});
    const SteadyTime now = clock_.steady_now();
    take_all_records();
    const std::lock_guard lock(mutex_);
    guard_memory();
    rebalance_memory(0);
    lend_turns();
    const auto look_after = [&](const WorkerPointer& worker) {
        worker->channel.flush();
        if (worker->state == WorkerState::kEnding && worker->kill_at != SteadyTime{} && now >= worker->kill_at) {
            kill_process(worker->process);
            return;
        }
        const std::chrono::seconds limit =
            worker->kind == link::WorkerKind::kLoader ? kLoaderIdle : settings_.worker_idle_seconds;
        if (worker->idle() && now - worker->idle_since >= limit)
            begin_end(worker, CancelReason::kShutdown, milliseconds(2000));
    };
    for (const auto& [id, worker] : workspaces_) look_after(worker);
    for (const auto& [number, worker] : loaders_) look_after(worker);
}

}  // namespace smew::fleet
