#pragma once
// A fleet without workers, for tests: notes what it is asked and keeps the sockets it is given.

#include "fleet/fleet.hpp"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace smew::pgfront {

class FakeFleet final : public fleet::Fleet {
public:
    struct Adopted {
        WorkspaceId workspace;
        link::AdoptSession session;
        UniqueFd socket;
        std::unique_ptr<fleet::Admission> admission;
        std::function<void(std::optional<Error>)> ended;
    };

    // Waits for the next client handed over.
    Adopted next_adopted() {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, std::chrono::seconds(10), [this] { return !adopted_.empty(); });
        if (adopted_.empty()) throw std::runtime_error("no client was handed over");
        Adopted first = std::move(adopted_.front());
        adopted_.erase(adopted_.begin());
        return first;
    }
    std::size_t adopted_count() {
        const std::lock_guard lock(mutex_);
        return adopted_.size();
    }
    std::vector<std::pair<std::int32_t, std::string>> cancelled() {
        const std::lock_guard lock(mutex_);
        return cancelled_;
    }
    std::int64_t admitted() const { return *admitted_; }

    std::optional<Error> admit_error, adopt_error;
    std::atomic<bool> is_warm = true;

    Result<std::unique_ptr<fleet::Admission>> admit(const catalog::Workspace&, link::Door) override {
        if (admit_error) return *admit_error;
        return std::unique_ptr<fleet::Admission>(std::make_unique<Place>(admitted_));
    }
    bool warm(const WorkspaceId&) const override { return is_warm; }
    Result<void> adopt(const catalog::Workspace& workspace, link::AdoptSession session, UniqueFd socket,
                       std::unique_ptr<fleet::Admission> admission,
                       std::function<void(std::optional<Error>)> ended) override {
        if (adopt_error) return *adopt_error;
        const std::lock_guard lock(mutex_);
        adopted_.push_back(
            {workspace.id, std::move(session), std::move(socket), std::move(admission), std::move(ended)});
        changed_.notify_all();
        return {};
    }
    void cancel(std::int32_t pid, std::string_view key) override {
        const std::lock_guard lock(mutex_);
        cancelled_.emplace_back(pid, key);
    }
    BackendKey new_backend_key(std::size_t bytes) override { return {77, std::string(bytes, 'k')}; }

    // Of no use to the front.
    std::vector<fleet::SessionInfo> sessions(const WorkspaceId&) override { return {}; }
    std::vector<fleet::SessionInfo> all_sessions() const override { return {}; }
    bool cancel_statement(const WorkspaceId&, const SessionId&, CancelReason) override { return false; }
    void observe(const link::SetObservation&) override {}
    bool end_session(const WorkspaceId&, const SessionId&, CancelReason) override { return false; }
    std::size_t end_sessions(const WorkspaceId&, CancelReason) override { return 0; }
    void end_worker(const WorkspaceId&, CancelReason) override {}
    void reconfigure(const config::Settings&) override {}
    void set_limits(const catalog::Workspace&) override {}
    Result<fleet::Rows> execute(const catalog::Workspace&, std::string_view, std::chrono::milliseconds) override {
        return fleet::Rows{};
    }
    Result<link::JobOutcome> run_job(const catalog::Project&, link::LoadJob) override { return link::JobOutcome{}; }
    void catalog_changed(const ProjectId&) override {}
    void shutdown(std::chrono::milliseconds) override {}
    fleet::WorkspaceUsage usage(const WorkspaceId&) const override { return {}; }
    Totals totals() const override { return {}; }
    std::vector<WorkerInfo> workers() const override { return {}; }
    Result<std::string> profile_worker(const WorkspaceId&, std::uint32_t, std::chrono::milliseconds) override {
        return Error{sqlstate::kObjectNotInPrerequisiteState, "the workspace is not open"};
    }
    std::vector<fleet::EngineCheck> check_engines(std::chrono::milliseconds) override { return {}; }

private:
    class Place final : public fleet::Admission {
    public:
        explicit Place(std::shared_ptr<std::atomic<std::int64_t>> count) : count_(std::move(count)) { ++*count_; }
        ~Place() override { --*count_; }

    private:
        std::shared_ptr<std::atomic<std::int64_t>> count_;
    };

    std::shared_ptr<std::atomic<std::int64_t>> admitted_ = std::make_shared<std::atomic<std::int64_t>>(0);
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Adopted> adopted_;
    std::vector<std::pair<std::int32_t, std::string>> cancelled_;
};

}  // namespace smew::pgfront
