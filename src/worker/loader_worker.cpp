#include "worker/loader_worker.hpp"

#include "telemetry/log.hpp"

#include <algorithm>
#include <unistd.h>

namespace smew::worker {
namespace {

using std::chrono::milliseconds;

constexpr int kEndedByItself = 70;  // EX_SOFTWARE
constexpr milliseconds kOrphanGrace{1'000};

// The engine knows only that it was cancelled; why is known here.
Error explain(const Error& error, const link::RunJob& order, bool timed_out) {
    if (error.code != sqlstate::kQueryCanceled || !timed_out) return error;
    return {sqlstate::kQueryCanceled,
            "the job took longer than its limit of " + std::to_string(order.timeout_ms / 1000) + " s", "",
            "Load less at once, or ask the admin to raise loader_timeout_seconds."};
}

}  // namespace

LoaderWorker::LoaderWorker(link::Channel& channel, const link::Start& start, const PrivateMemory& memory, TempDir temp,
                           RunJob run_job)
    : channel_(channel),
      start_(start),
      memory_(memory),
      temp_(std::move(temp)),
      run_job_(std::move(run_job)),
      inbox_(channel) {}

Result<std::unique_ptr<LoaderWorker>> LoaderWorker::open(link::Channel& channel, const link::Start& start,
                                                         const PrivateMemory& memory, RunJob run_job) {
    auto temp = TempDir::create(start.temp_dir);
    if (!temp) return temp.error();
    return std::unique_ptr<LoaderWorker>(
        new LoaderWorker(channel, start, memory, std::move(*temp), std::move(run_job)));
}

int LoaderWorker::serve() {
    while (!drained()) {
        const Inbox::Arrival arrival = inbox_.wait(next_deadline());
        if (arrival.event == Inbox::Event::kMessage) handle(arrival.received.message);
        if (arrival.event == Inbox::Event::kClosed) begin_drain(kOrphanGrace);
        collect_finished();
        cancel_overdue(std::chrono::steady_clock::now());
    }
    return close();
}

void LoaderWorker::handle(const link::Message& message) {
    if (const auto* order = std::get_if<link::RunJob>(&message)) {
        start_job(*order);
    } else if (const auto* shutdown = std::get_if<link::Shutdown>(&message)) {
        begin_drain(milliseconds(shutdown->grace_ms));
    } else {
        log::warning("loader_got_unexpected_message", {{"type", message.index()}});
    }
}

// ---------------------------------------------------------------- jobs

void LoaderWorker::start_job(link::RunJob order) {
    Job& job = jobs_.emplace_back();
    job.order = std::move(order);
    job.deadline = std::chrono::steady_clock::now() + milliseconds(job.order.timeout_ms);
    job.cancel = drain_until_.has_value();
    try {
        job.thread = std::thread(&LoaderWorker::run, this, std::ref(job));
    } catch (const std::system_error& error) {
        (void)channel_.send(link::JobDone{.job = job.order.job,
                                          .error = Error{sqlstate::kInsufficientResources,
                                                         "the loader has no resources for another job", error.what()},
                                          .outcome = {}});
        jobs_.pop_back();
    }
}

void LoaderWorker::run(Job& job) {
    link::JobDone done{.job = job.order.job, .error = {}, .outcome = {}};
    try {
        const engine::LoaderLimits limits{.temp_dir = temp_.path() + "/job-" + std::to_string(job.order.job),
                                          .memory_limit = start_.limits.memory,
                                          .threads = start_.threads};
        const auto temp = TempDir::create(limits.temp_dir);
        auto outcome = temp ? run_job_(job.order.work, limits, job.cancel) : Result<link::JobOutcome>(temp.error());
        if (outcome)
            done.outcome = std::move(*outcome);
        else
            done.error = explain(outcome.error(), job.order, job.timed_out);
    } catch (const std::exception& error) {
        done.error = Error{sqlstate::kInternalError, "the job failed because of an internal error", error.what()};
    }
    if (auto sent = channel_.send(done); !sent && sent.error().code == sqlstate::kProgramLimitExceeded) {
        done.outcome = {};
        done.error = sent.error();
        (void)channel_.send(done);  // a gateway that is gone is noticed by the inbox
    }
    job.done = true;
    inbox_.wake();
}

void LoaderWorker::collect_finished() {
    bool finished = false;
    for (auto job = jobs_.begin(); job != jobs_.end();) {
        if (!job->done) {
            ++job;
            continue;
        }
        job->thread.join();
        job = jobs_.erase(job);
        finished = true;
    }
    if (!finished) return;
    link::Stats stats;
    stats.running = static_cast<std::uint32_t>(jobs_.size());
    stats.memory_bytes = memory_.bytes();
    stats.disk_bytes = disk_usage(start_.writable_dir).count;
    (void)channel_.send(stats);
}

void LoaderWorker::cancel_overdue(Time now) {
    const milliseconds grace(start_.kill_grace_ms);
    for (Job& job : jobs_) {
        if (now < job.deadline) continue;
        job.timed_out = true;
        job.cancel = true;
        if (now < job.deadline + grace) continue;
        (void)channel_.send(link::Ending{.reason = "a load job ran past its deadline and could not be interrupted"});
        ::_exit(kEndedByItself);
    }
}

std::optional<LoaderWorker::Time> LoaderWorker::next_deadline() const {
    std::optional<Time> next = drain_until_;
    for (const Job& job : jobs_) {
        const Time at = job.cancel ? job.deadline + milliseconds(start_.kill_grace_ms) : job.deadline;
        next = next ? std::min(*next, at) : at;
    }
    return next;
}

// ---------------------------------------------------------------- the end

void LoaderWorker::begin_drain(milliseconds grace) {
    const Time until = std::chrono::steady_clock::now() + grace;
    drain_until_ = drain_until_ ? std::min(*drain_until_, until) : until;
    for (Job& job : jobs_) job.cancel = true;
}

bool LoaderWorker::drained() const {
    return drain_until_ && (jobs_.empty() || std::chrono::steady_clock::now() >= *drain_until_);
}

int LoaderWorker::close() {
    if (jobs_.empty()) return 0;
    { const TempDir removed = std::move(temp_); }
    ::_exit(0);  // a job that ignores its interrupt keeps its thread; what it wrote is a staging file nothing refers to
}

}  // namespace smew::worker
