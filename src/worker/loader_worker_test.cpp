#include "worker/loader_worker.hpp"

#include "worker/testing.hpp"

#include <gtest/gtest.h>

#include <future>

namespace smew::worker {
namespace {

using Outcome = Result<link::JobOutcome>;
using testing::exited_with;

class LoaderWorkerTest : public ::testing::Test {
protected:
    LoaderWorkerTest() : LoaderWorkerTest(link::make_socket_pair().value()) {}
    explicit LoaderWorkerTest(std::pair<UniqueFd, UniqueFd> ends)
        : gateway(std::make_unique<link::Channel>(std::move(ends.first))), worker(std::move(ends.second)) {
        start.kind = link::WorkerKind::kLoader;
        start.writable_dir = dir.path();
        start.temp_dir = dir / "tmp";
        start.limits.memory = Bytes{123};
        start.kill_grace_ms = 1;
    }
    std::unique_ptr<LoaderWorker> open(LoaderWorker::RunJob run_job) {
        return LoaderWorker::open(worker, start, memory, std::move(run_job)).value();
    }
    // Serves in a thread of its own, as the worker's process does.
    void serve(LoaderWorker::RunJob run_job) {
        exit_code = std::async(std::launch::async, [loader = open(std::move(run_job))] { return loader->serve(); });
    }
    template <class T>
    T next() {
        for (;;) {
            auto received = gateway->receive().value();
            if (auto* message = std::get_if<T>(&received.value().message)) return std::move(*message);
        }
    }
    void order(std::uint64_t number, std::uint32_t timeout_ms = 60'000) {
        ASSERT_TRUE(gateway->send(link::RunJob{.job = number, .timeout_ms = timeout_ms, .work = link::PreviewJob{}}));
    }
    // Runs until it is cancelled.
    static Outcome until_cancelled(const link::LoadJob&, const engine::LoaderLimits&, std::atomic<bool>& cancel) {
        while (!cancel) std::this_thread::yield();
        return error_for(CancelReason::kUser);
    }

    testing::ScratchDir dir;
    link::Start start;
    PrivateMemory memory;
    std::unique_ptr<link::Channel> gateway;
    link::Channel worker;
    std::future<int> exit_code;
};

TEST_F(LoaderWorkerTest, RunsJobsAndReportsTheirOutcome) {
    serve([this](const link::LoadJob& job, const engine::LoaderLimits& limits, std::atomic<bool>&) -> Outcome {
        EXPECT_TRUE(std::holds_alternative<link::PreviewJob>(job));
        EXPECT_EQ(limits.memory_limit.count, 123U);
        EXPECT_TRUE(std::filesystem::is_empty(limits.temp_dir));
        return link::JobOutcome{.rows = 7};
    });
    order(5);
    const auto done = next<link::JobDone>();
    EXPECT_EQ(done.job, 5U);
    EXPECT_FALSE(done.error);
    EXPECT_EQ(done.outcome.rows, 7U);
    EXPECT_EQ(next<link::Stats>().running, 0U);
    ASSERT_TRUE(gateway->send(link::Shutdown{}));
    EXPECT_EQ(exit_code.get(), 0);
    EXPECT_FALSE(std::filesystem::exists(start.temp_dir));
}

TEST_F(LoaderWorkerTest, ReportsErrorsAndExceptions) {
    serve([](const link::LoadJob&, const engine::LoaderLimits& limits, std::atomic<bool>&) -> Outcome {
        if (limits.temp_dir.ends_with("job-2")) throw std::bad_alloc();
        return Error{sqlstate::kBadCopyFileFormat, "bad file"};
    });
    order(1);
    EXPECT_EQ(next<link::JobDone>().error->code, sqlstate::kBadCopyFileFormat);
    order(2);
    EXPECT_EQ(next<link::JobDone>().error->code, sqlstate::kInternalError);
    gateway.reset();
    EXPECT_EQ(exit_code.get(), 0);
}

TEST_F(LoaderWorkerTest, ReportsAnOutcomeTooLargeToSend) {
    serve([](const link::LoadJob&, const engine::LoaderLimits&, std::atomic<bool>&) -> Outcome {
        return link::JobOutcome{.preview_json = std::string(link::kMaxFrameBytes, 'x')};
    });
    order(1);
    EXPECT_EQ(next<link::JobDone>().error->code, sqlstate::kProgramLimitExceeded);
    gateway.reset();
    EXPECT_EQ(exit_code.get(), 0);
}

TEST_F(LoaderWorkerTest, CancelsAJobAtItsDeadline) {
    start.kill_grace_ms = 60'000;
    serve(until_cancelled);
    order(1, 1);
    const auto done = next<link::JobDone>();
    EXPECT_EQ(done.error->code, sqlstate::kQueryCanceled);
    EXPECT_NE(done.error->message.find("limit"), std::string::npos);
    gateway.reset();
    EXPECT_EQ(exit_code.get(), 0);
}

TEST_F(LoaderWorkerTest, RunsJobsSideBySide) {
    std::atomic<int> inside{0};
    serve([&](const link::LoadJob&, const engine::LoaderLimits&, std::atomic<bool>&) -> Outcome {
        ++inside;
        EXPECT_TRUE(testing::eventually([&] { return inside == 2; }));
        return link::JobOutcome{};
    });
    order(1);
    order(2);
    EXPECT_FALSE(next<link::JobDone>().error);
    EXPECT_FALSE(next<link::JobDone>().error);
    gateway.reset();
    EXPECT_EQ(exit_code.get(), 0);
}

TEST_F(LoaderWorkerTest, ShutdownCancelsWhatRuns) {
    serve(until_cancelled);
    order(1);
    ASSERT_TRUE(gateway->send(link::Shutdown{.grace_ms = 60'000}));
    EXPECT_EQ(next<link::JobDone>().error->code, sqlstate::kQueryCanceled);
    EXPECT_EQ(exit_code.get(), 0);
}

// A job that ignores its interrupt, in a process of its own since that is what ends.
class StubbornJob : public LoaderWorkerTest {
protected:
    int serve_in_child() {
        return testing::in_child([this] {
            gateway.reset();
            return open([](const link::LoadJob&, const engine::LoaderLimits&, std::atomic<bool>&) -> Outcome {
                       for (;;) ::pause();
                   })
                ->serve();
        });
    }
};

TEST_F(StubbornJob, EndsTheProcessAfterItsDeadlineAndGrace) {
    order(1, 1);
    EXPECT_TRUE(exited_with(serve_in_child(), 70));
    EXPECT_FALSE(next<link::Ending>().reason.empty());
}

TEST_F(StubbornJob, EndsTheProcessAfterTheGraceOfAShutdown) {
    order(1);
    ASSERT_TRUE(gateway->send(link::Shutdown{.grace_ms = 1}));
    EXPECT_TRUE(exited_with(serve_in_child(), 0));
    EXPECT_FALSE(std::filesystem::exists(start.temp_dir));
}

}  // namespace
}  // namespace smew::worker
