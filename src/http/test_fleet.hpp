#pragma once
// A fleet without processes. "Tables" are text files: an import counts lines, an export writes the same each time. What
// was asked of it is kept for tests to look at.

#include "fleet/fleet.hpp"

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace smew::http {

class TestFleet final : public fleet::Fleet {
public:
    using Jobs = std::vector<link::LoadJob>;

    Jobs jobs() const {
        const std::lock_guard guard(mutex_);
        return jobs_;
    }
    template <class Job>
    Job last() const {
        return std::get<Job>(jobs().back());
    }
    std::vector<std::string> statements() const {
        const std::lock_guard guard(mutex_);
        return statements_;
    }
    std::vector<std::string> ended() const {
        const std::lock_guard guard(mutex_);
        return ended_;
    }

    // The next jobs wait until release().
    void hold() {
        const std::lock_guard guard(mutex_);
        held_ = true;
    }
    void release() {
        const std::lock_guard guard(mutex_);
        held_ = false;
        changed_.notify_all();
    }
    // Blocks until so many jobs have begun.
    void await_jobs(std::size_t count) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, std::chrono::seconds(10), [&] { return jobs_.size() >= count; });
    }
    std::size_t most_at_once() const {
        const std::lock_guard guard(mutex_);
        return most_at_once_;
    }

    // Decides what a statement gives; set before the server is asked.
    std::function<Result<fleet::Rows>(std::string_view)> answer;
    // Called with each job; an error is what the job ends with.
    std::function<std::optional<Error>(const link::LoadJob&)> on_job;
    std::vector<fleet::SessionInfo> connected;
    std::vector<WorkerInfo> running;
    fleet::WorkspaceUsage used;
    std::optional<catalog::Workspace> limited;  // the last one whose limits were set

    Result<std::unique_ptr<fleet::Admission>> admit(const catalog::Workspace&, link::Door) override {
        return Error{sqlstate::kFeatureNotSupported, "not here"};
    }
    bool warm(const WorkspaceId&) const override { return true; }
    Result<void> adopt(const catalog::Workspace&, link::AdoptSession, UniqueFd, std::unique_ptr<fleet::Admission>,
                       std::function<void(std::optional<Error>)>) override {
        return Error{sqlstate::kFeatureNotSupported, "not here"};
    }
    void cancel(std::int32_t, std::string_view) override {}
    BackendKey new_backend_key(std::size_t) override { return {1, "secret"}; }

    std::vector<fleet::SessionInfo> sessions(const WorkspaceId& workspace) override {
        std::vector<fleet::SessionInfo> found;
        for (const auto& session : connected) {
            if (session.workspace == workspace) found.push_back(session);
        }
        return found;
    }
    std::vector<fleet::SessionInfo> all_sessions() const override { return connected; }
    bool cancel_statement(const WorkspaceId& workspace, const SessionId& session, CancelReason reason) override {
        note("statement of " + session.value(), reason);
        return std::ranges::any_of(connected,
                                   [&](const auto& one) { return one.workspace == workspace && one.id == session; });
    }
    void observe(const link::SetObservation& wanted) override { observation = wanted; }
    link::SetObservation observation;
    bool end_session(const WorkspaceId& workspace, const SessionId& session, CancelReason reason) override {
        note("session " + session.value(), reason);
        return std::erase_if(connected,
                             [&](const auto& one) { return one.workspace == workspace && one.id == session; }) == 1;
    }
    std::size_t end_sessions(const WorkspaceId& workspace, CancelReason reason) override {
        note("sessions", reason);
        return std::erase_if(connected, [&](const auto& one) { return one.workspace == workspace; });
    }
    void end_worker(const WorkspaceId&, CancelReason reason) override { note("worker", reason); }
    void reconfigure(const config::Settings&) override {}
    void set_limits(const catalog::Workspace& workspace) override { limited = workspace; }

    Result<fleet::Rows> execute(const catalog::Workspace&, std::string_view sql, std::chrono::milliseconds) override {
        {
            const std::lock_guard guard(mutex_);
            statements_.emplace_back(sql);
        }
        return answer ? answer(sql) : Result<fleet::Rows>(fleet::Rows{});
    }

    Result<link::JobOutcome> run_job(const catalog::Project&, link::LoadJob job) override {
        begin(job);
        std::optional<Error> error = on_job ? on_job(job) : std::nullopt;
        Result<link::JobOutcome> outcome =
            error ? Result<link::JobOutcome>(*error)
                  : std::visit([](const auto& work) { return Result<link::JobOutcome>(run(work)); }, job);
        const std::lock_guard guard(mutex_);
        --running_;
        return outcome;
    }

    void catalog_changed(const ProjectId&) override {
        const std::lock_guard guard(mutex_);
        ++changes_;
    }
    int changes() const {
        const std::lock_guard guard(mutex_);
        return changes_;
    }
    void shutdown(std::chrono::milliseconds) override {}
    fleet::WorkspaceUsage usage(const WorkspaceId&) const override { return used; }
    Totals totals() const override { return {}; }
    std::vector<WorkerInfo> workers() const override { return running; }
    Result<std::string> profile_worker(const WorkspaceId&, std::uint32_t, std::chrono::milliseconds) override {
        return Error{sqlstate::kObjectNotInPrerequisiteState, "the workspace is not open"};
    }
    std::vector<fleet::EngineCheck> check_engines(std::chrono::milliseconds) override { return {}; }

private:
    void begin(const link::LoadJob& job) {
        std::unique_lock lock(mutex_);
        jobs_.push_back(job);
        most_at_once_ = std::max(most_at_once_, ++running_);
        changed_.notify_all();
        changed_.wait(lock, [&] { return !held_; });
    }
    void note(const std::string& what, CancelReason reason) {
        const std::lock_guard guard(mutex_);
        ended_.push_back(what + " " + std::to_string(static_cast<int>(reason)));
    }

    static std::uint64_t lines_of(const std::string& file) {
        std::ifstream in(file);
        return static_cast<std::uint64_t>(
            std::count(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>(), '\n'));
    }
    static void write(const std::string& file, std::string_view text) { std::ofstream(file) << text; }

    static link::JobOutcome run(const link::ImportJob& job) {
        link::JobOutcome outcome;
        outcome.rows = lines_of(job.source_file);
        if (job.format == link::FileFormat::kCsv && outcome.rows > 0) --outcome.rows;  // its header
        outcome.table_rows = outcome.rows;
        outcome.columns = job.columns;
        if (outcome.columns.empty())
            outcome.columns = {{.name = "id", .type = "BIGINT"}, {.name = "name", .type = "VARCHAR"}};
        write(job.output_file, "table");
        return outcome;
    }
    static link::JobOutcome run(const link::RewriteJob& job) {
        link::JobOutcome outcome;
        outcome.rows = job.delete_where.empty() ? 0 : 2;
        outcome.table_rows = job.base_file.empty() ? 0 : 1;
        for (const auto& column : job.columns) outcome.columns.push_back(column.spec);
        write(job.output_file, "table");
        return outcome;
    }
    static link::JobOutcome run(const link::ExportJob& job) {
        write(job.output_file, "id,name\n1,a\n");
        link::JobOutcome outcome;
        outcome.rows = 1;
        return outcome;
    }
    static link::JobOutcome run(const link::PreviewJob&) {
        link::JobOutcome outcome;
        outcome.preview_json = R"({"columns":["id"],"rows":[{"id":1}],"total_row_count":3,"preview_row_count":1})";
        return outcome;
    }

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    Jobs jobs_;
    std::vector<std::string> statements_, ended_;
    bool held_ = false;
    std::size_t running_ = 0, most_at_once_ = 0;
    int changes_ = 0;
};

}  // namespace smew::http
