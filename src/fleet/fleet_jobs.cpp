// Work for the gateway itself: statements in a workspace, jobs of loaders, changes of a project's names.

#include "core/random.hpp"
#include "fleet/fleet_impl.hpp"
#include "fleet/internal_session.hpp"

#include <algorithm>

namespace smew::fleet {
namespace {

using std::chrono::milliseconds;

// The worker itself ends an overdue job; the gateway waits a little longer before it ends the worker.
constexpr auto kJobMargin = std::chrono::seconds(15);

}  // namespace

Result<Rows> FleetImpl::execute(const catalog::Workspace& workspace, std::string_view sql, milliseconds timeout) {
    auto sockets = link::make_socket_pair();
    if (!sockets) return sockets.error();
    const BackendKey key = new_backend_key(4);
    link::AdoptSession session;
    session.session = SessionId("sess_" + random_hex(16));
    session.backend_pid = key.pid;
    session.cancel_key = key.secret;
    session.user = workspace.username;
    session.database = workspace.database();
    session.internal = true;
    session.door = link::Door::kInternal;
    session.parameters = {{"application_name", "smew"}};
    const Result<void> adopted = adopt(workspace, session, std::move(sockets->second), nullptr, nullptr);
    if (!adopted) return adopted.error();

    Result<Rows> rows = run_internal_query(sockets->first, sql, timeout);
    if (!rows && rows.error().code == sqlstate::kQueryCanceled) cancel(key.pid, key.secret);
    return rows;  // closing our end of the pair ends the session
}

Result<link::JobOutcome> FleetImpl::run_job(const catalog::Project& project, link::LoadJob job) {
    Lock lock(mutex_);
    const std::uint64_t number = next_job_++;
    const Result<WorkerPointer> worker = take_loader(lock, project, number);
    if (!worker) return worker.error();
    const auto timeout = std::chrono::duration_cast<milliseconds>(settings_.loader_timeout_seconds);
    lock.unlock();
    const link::RunJob order{
        .job = number, .timeout_ms = static_cast<std::uint32_t>(timeout.count()), .work = std::move(job)};
    if (!(*worker)->channel.send(order)) kill_process((*worker)->process);  // its end finishes the job with an error
    lock.lock();
    return await_job(lock, *worker, number);
}

// A loader that is ready and has no job; it has this one when the call returns. Waits while all allowed ones are busy.
Result<WorkerPointer> FleetImpl::take_loader(Lock& lock, const catalog::Project& project, std::uint64_t job) {
    const auto limit = static_cast<std::size_t>(settings_.loader_max_concurrent);
    const auto deadline = std::chrono::steady_clock::now() + settings_.loader_timeout_seconds;
    for (;;) {
        if (stopping_) return Error{sqlstate::kCannotConnectNow, "the server is shutting down"};
        WorkerPointer other_idle;
        for (const auto& [number, loader] : loaders_) {
            if (!loader->idle()) continue;
            if (loader->project == project.id) {
                loader->jobs.emplace(job, JobResult{});
                return loader;
            }
            other_idle = loader;
        }
        if (loaders_.size() < limit) {
            const Result<std::uint64_t> memory = memory_for_start(lock, settings_.loader_memory_limit.count);
            if (!memory) return memory.error();
            const Result<link::Start> start = loader_start(project);
            if (!start) return start.error();
            const Result<WorkerPointer> started =
                start_worker(lock, link::WorkerKind::kLoader, project.id, {}, *start, *memory);
            if (!started) return started.error();
            (*started)->jobs.emplace(job, JobResult{});
            return started;
        }
        if (other_idle) begin_end(other_idle, CancelReason::kShutdown, milliseconds(1000));
        if (changed_.wait_until(lock, deadline) == std::cv_status::timeout) {
            return Error{sqlstate::kInsufficientResources, "no loader was free in time", "",
                         "Try again later, or ask the admin to raise loader_max_concurrent."};
        }
    }
}

Result<link::JobOutcome> FleetImpl::await_job(Lock& lock, const WorkerPointer& worker, std::uint64_t job) {
    const auto deadline = std::chrono::steady_clock::now() + settings_.loader_timeout_seconds + kJobMargin;
    JobResult& result = worker->jobs[job];
    if (!changed_.wait_until(lock, deadline, [&] { return result.done; })) {
        kill_process(worker->process);
        changed_.wait(lock, [&] { return result.done; });  // on_exited finishes it
        result.error =
            Error{sqlstate::kQueryCanceled, "the job did not end within loader_timeout_seconds and was stopped"};
    }
    const JobResult finished = std::move(result);
    worker->jobs.erase(job);
    worker->idle_since = clock_.steady_now();
    changed_.notify_all();  // the loader is free
    if (finished.error) return *finished.error;
    return finished.outcome;
}

void FleetImpl::on_job_done(const WorkerPointer& worker, link::JobDone done) {
    {
        const std::lock_guard lock(mutex_);
        const auto found = worker->jobs.find(done.job);
        if (found == worker->jobs.end()) return;
        found->second = {.done = true, .error = std::move(done.error), .outcome = std::move(done.outcome)};
    }
    changed_.notify_all();
}

void FleetImpl::catalog_changed(const ProjectId& project) {
    names_.bump(project);
}

}  // namespace smew::fleet
