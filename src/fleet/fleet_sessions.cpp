// Clients: admission, hand-over, cancel, disconnect.

#include "auth/api_key.hpp"
#include "core/random.hpp"
#include "fleet/fleet_impl.hpp"
#include "telemetry/log.hpp"

#include <algorithm>
#include <fcntl.h>

namespace smew::fleet {
namespace {

// A worker may end between being found and being told; then another is started, at most this often.
constexpr int kAdoptAttempts = 3;
constexpr std::chrono::seconds kActivityPatience{1};

std::string parameter(const link::AdoptSession& session, std::string_view name) {
    for (const auto& [key, value] : session.parameters) {
        if (key == name) return value;
    }
    return {};
}

SessionInfo describe(const catalog::Workspace& workspace, const link::AdoptSession& session, WallTime now) {
    return {.id = session.session,
            .workspace = workspace.id,
            .project = workspace.project,
            .user = session.user,
            .client_address = session.client_address,
            .application_name = parameter(session, "application_name"),
            .client_port = session.client_port,
            .connected_at = now,
            .tls = session.tls,
            .backend_pid = session.backend_pid,
            .door = session.door};
}

}  // namespace

Result<std::unique_ptr<Admission>> FleetImpl::admit(const catalog::Workspace& workspace, link::Door door) {
    return (door == link::Door::kWebsocket ? websocket_admissions_ : admissions_)->admit(workspace.id);
}

Result<void> FleetImpl::adopt(const catalog::Workspace& workspace, link::AdoptSession session, UniqueFd socket,
                              std::unique_ptr<Admission> admission, std::function<void(std::optional<Error>)> ended) {
    LiveSession live;
    live.info = describe(workspace, session, clock_.now());
    live.backend_pid = session.backend_pid;
    live.cancel_key = session.cancel_key;
    live.internal = session.internal;
    live.admission = std::move(admission);
    live.ended = std::move(ended);
    const bool own_socket =
        session.door == link::Door::kPgwire && !session.tls && !session.internal;  // of the client itself
    if (own_socket) live.socket_copy.reset(::fcntl(socket.get(), F_DUPFD_CLOEXEC, 0));

    for (int attempt = 0; attempt < kAdoptAttempts; ++attempt) {
        Lock lock(mutex_);
        Result<WorkerPointer> worker = workspace_worker(lock, workspace);
        if (!worker) return worker.error();
        if ((*worker)->state != WorkerState::kReady) continue;
        // Known before it is sent, so that a session that ends at once is found.
        (*worker)->sessions.emplace(session.session, std::move(live));
        backends_[session.backend_pid] = {*worker, session.session};
        lock.unlock();
        if ((*worker)->channel.send(session, socket.get())) return {};

        kill_process((*worker)->process);
        lock.lock();
        const auto found = (*worker)->sessions.find(session.session);
        if (found == (*worker)->sessions.end()) return {};  // its end was reported already: `ended` has been called
        live = std::move(found->second);
        (*worker)->sessions.erase(found);
        backends_.erase(session.backend_pid);
        if ((*worker)->state == WorkerState::kReady) (*worker)->state = WorkerState::kEnding;
    }
    return Error{sqlstate::kCannotConnectNow, "the workspace cannot be opened at the moment", "", "Try again."};
}

void FleetImpl::on_session_closed(const WorkerPointer& worker, const link::SessionClosed& closed) {
    take_records(*worker);
    Lock lock(mutex_);
    const auto found = worker->sessions.find(closed.session);
    if (found == worker->sessions.end()) return;
    LiveSession session = std::move(found->second);
    worker->sessions.erase(found);
    backends_.erase(session.backend_pid);
    if (worker->sessions.empty()) worker->idle_since = clock_.steady_now();
    lock.unlock();
    if (!session.internal) {
        log::info("session_closed", {{"session_id", closed.session.value()},
                                     {"workspace_id", worker->workspace.value()},
                                     {"statements", closed.statements},
                                     {"bytes_sent", closed.bytes_sent}});
    }
    session.finish({});
}

void FleetImpl::cancel(std::int32_t backend_pid, std::string_view cancel_key) {
    Lock lock(mutex_);
    const auto found = backends_.find(backend_pid);
    if (found == backends_.end()) return;
    const BackendAddress address = found->second;
    const auto session = address.worker->sessions.find(address.session);
    if (session == address.worker->sessions.end() || !auth::equal_constant_time(session->second.cancel_key, cancel_key))
        return;
    lock.unlock();
    if (!address.worker->channel.send(link::CancelStatement{address.session, CancelReason::kUser})) {
        kill_process(address.worker->process);
    }
}

FleetImpl::BackendKey FleetImpl::new_backend_key(std::size_t secret_bytes) {
    std::string secret(secret_bytes, '\0');
    fill_random({reinterpret_cast<std::uint8_t*>(secret.data()), secret.size()});
    const std::lock_guard lock(mutex_);
    do {
        next_backend_pid_ = next_backend_pid_ == INT32_MAX ? 1 : next_backend_pid_ + 1;
    } while (backends_.contains(next_backend_pid_));
    return {next_backend_pid_, std::move(secret)};
}

bool FleetImpl::cancel_statement(const WorkspaceId& workspace, const SessionId& session, CancelReason reason) {
    const WorkerPointer worker = worker_of(workspace, session);
    if (!worker) return false;
    if (!worker->channel.send(link::CancelStatement{session, reason})) kill_process(worker->process);
    return true;
}

WorkerPointer FleetImpl::worker_of(const WorkspaceId& workspace, const SessionId& session) const {
    const std::lock_guard lock(mutex_);
    const auto found = workspaces_.find(workspace);
    if (found == workspaces_.end()) return nullptr;
    const auto live = found->second->sessions.find(session);
    return live == found->second->sessions.end() || live->second.internal ? nullptr : found->second;
}

bool FleetImpl::end_session(const WorkspaceId& workspace, const SessionId& session, CancelReason reason) {
    const WorkerPointer worker = worker_of(workspace, session);
    if (!worker) return false;
    log::info("session_disconnected", {{"session_id", session.value()}, {"workspace_id", workspace.value()}});
    if (!worker->channel.send(link::EndSession{session, reason})) kill_process(worker->process);
    return true;
}

std::size_t FleetImpl::end_sessions(const WorkspaceId& workspace, CancelReason reason) {
    std::vector<SessionInfo> listed;
    {
        const std::lock_guard lock(mutex_);
        const auto found = workspaces_.find(workspace);
        if (found != workspaces_.end()) listed = listed_sessions(*found->second);
    }
    std::size_t count = 0;
    for (const SessionInfo& session : listed) count += end_session(workspace, session.id, reason) ? 1 : 0;
    return count;
}

// ---------------------------------------------------------------- what sessions are doing

std::vector<SessionInfo> FleetImpl::listed_sessions(const WorkerRecord& worker) {
    std::vector<SessionInfo> list;
    for (const auto& [id, session] : worker.sessions) {
        if (!session.internal) list.push_back(session.info);
    }
    return list;
}

std::vector<SessionInfo> FleetImpl::all_sessions() const {
    const std::lock_guard lock(mutex_);
    std::vector<SessionInfo> list;
    for (const auto& [id, worker] : workspaces_) {
        for (SessionInfo& session : listed_sessions(*worker)) list.push_back(std::move(session));
    }
    return list;
}

std::vector<SessionInfo> FleetImpl::sessions(const WorkspaceId& workspace) {
    WorkerPointer worker;
    std::vector<SessionInfo> list;
    {
        const std::lock_guard lock(mutex_);
        const auto found = workspaces_.find(workspace);
        if (found == workspaces_.end()) return {};
        worker = found->second;
        list = listed_sessions(*worker);
    }
    if (list.empty()) return list;
    const auto activity = ask_activity(worker);
    if (!activity) return list;
    for (SessionInfo& session : list) {
        const auto its = std::ranges::find(*activity, session.id, &link::SessionActivity::session);
        if (its == activity->end()) continue;
        session.application_name = its->application_name;
        session.activity = *its;
    }
    return list;
}

std::optional<std::vector<link::SessionActivity>> FleetImpl::ask_activity(const WorkerPointer& worker) {
    Lock lock(mutex_);
    const std::uint64_t question = next_question_++;
    questions_[question];
    lock.unlock();
    const bool asked = worker->channel.send(link::ListSessions{question}).has_value();
    lock.lock();
    if (asked) {
        changed_.wait_for(lock, kActivityPatience,
                          [&] { return questions_[question].has_value() || worker->state == WorkerState::kGone; });
    }
    auto answer = std::move(questions_[question]);
    questions_.erase(question);
    return answer;
}

void FleetImpl::await_obeyed(std::vector<WorkerPointer> workers) {
    Lock lock(mutex_);
    std::erase_if(workers, [](const WorkerPointer& worker) { return worker->state != WorkerState::kReady; });
    if (workers.empty()) return;
    const std::uint64_t first = next_question_;
    next_question_ += workers.size();
    for (std::size_t i = 0; i < workers.size(); ++i) {
        questions_[first + i];
        if (!workers[i]->channel.send_now(link::ListSessions{first + i})) kill_process(workers[i]->process);
    }
    changed_.wait_for(lock, kActivityPatience, [&] {
        for (std::size_t i = 0; i < workers.size(); ++i) {
            if (!questions_[first + i] && workers[i]->state != WorkerState::kGone) return false;
        }
        return true;
    });
    for (std::size_t i = 0; i < workers.size(); ++i) questions_.erase(first + i);
}

void FleetImpl::on_sessions_listed(link::SessionsListed listed) {
    {
        const std::lock_guard lock(mutex_);
        const auto found = questions_.find(listed.request);
        if (found == questions_.end()) return;  // nobody waits any more
        found->second = std::move(listed.sessions);
    }
    changed_.notify_all();
}

}  // namespace smew::fleet
