#pragma once
// A worker that runs load jobs of one project, each on a thread and in an engine instance of its own.

#include "engine/loader.hpp"
#include "worker/inbox.hpp"
#include "worker/statistics.hpp"
#include "worker/working_dir.hpp"

#include <atomic>
#include <functional>
#include <list>
#include <thread>

namespace smew::worker {

class LoaderWorker {
public:
    using Time = std::chrono::steady_clock::time_point;
    // How a job is run: engine::run_job; tests put their own.
    using RunJob = std::function<Result<link::JobOutcome>(const link::LoadJob&, const engine::LoaderLimits&,
                                                          std::atomic<bool>& cancel)>;

    // `channel` outlives it. The process is in its sandbox already.
    static Result<std::unique_ptr<LoaderWorker>> open(link::Channel& channel, const link::Start& start,
                                                      const PrivateMemory& memory, RunJob run_job = engine::run_job);

    // Serves until the gateway says Shutdown or is gone. Jobs that still run are cancelled. Returns the exit code; does
    // not return when a job had to be ended with the process.
    int serve();

private:
    struct Job {
        link::RunJob order;
        Time deadline{};
        std::atomic<bool> cancel{false};
        std::atomic<bool> done{false};
        std::atomic<bool> timed_out{false};
        std::thread thread;
    };

    LoaderWorker(link::Channel& channel, const link::Start& start, const PrivateMemory& memory, TempDir temp,
                 RunJob run_job);

    void handle(const link::Message& message);
    void start_job(link::RunJob order);
    void run(Job& job);  // on the job's thread
    void collect_finished();
    void cancel_overdue(Time now);
    void begin_drain(std::chrono::milliseconds grace);
    std::optional<Time> next_deadline() const;
    bool drained() const;
    int close();

    link::Channel& channel_;
    const link::Start start_;
    const PrivateMemory& memory_;
    TempDir temp_;
    const RunJob run_job_;
    Inbox inbox_;
    std::list<Job> jobs_;  // stable: threads refer to theirs
    std::optional<Time> drain_until_;
};

}  // namespace smew::worker
