#include "tracing/tracer.hpp"

#include "tracing/trace.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <coroutine>
#include <exception>
#include <stdexcept>

namespace smew::tracing {
namespace {

class Kept final : public Sink {
public:
    void finished(const Finished& transaction) override { transactions.push_back(transaction); }
    void sampled_out() override { ++left_out; }
    std::vector<Finished> transactions;
    int left_out = 0;
};

class TracerTest : public testing::Test {
protected:
    Tracer tracer(SampleRates rates) { return {rates, {"key", "smew@1", "test", ""}, clock_, {&kept_}}; }
    static SampleRates all(double rate) { return {rate, rate, rate, rate}; }

    ManualClock clock_{WallTime(std::chrono::hours(480'000))};
    Kept kept_;
};

TEST_F(TracerTest, RecordsSpansWithTheirTimes) {
    const Tracer all_of_it = tracer(all(1));
    {
        Transaction transaction = all_of_it.start({.name = "GET /x", .op = "http.server"});
        clock_.advance(std::chrono::milliseconds(2));
        {
            Span span = transaction.span("db.query", "SELECT ?");
            span.set_data("db.system", std::string("postgresql"));
            clock_.advance(std::chrono::milliseconds(5));
        }
        transaction.set_status(Status::kNotFound);
    }
    ASSERT_EQ(kept_.transactions.size(), 1U);
    const TransactionRecord& record = *kept_.transactions[0];
    EXPECT_EQ(record.root.end - record.root.start, std::chrono::milliseconds(7));
    EXPECT_EQ(record.root.status, Status::kNotFound);
    ASSERT_EQ(record.spans.size(), 1U);
    EXPECT_EQ(record.spans[0].end - record.spans[0].start, std::chrono::milliseconds(5));
    EXPECT_EQ(record.spans[0].parent, record.root.id);
    EXPECT_FALSE(record.root.parent.valid());
}

TEST_F(TracerTest, SpansAreBounded) {
    const Tracer all_of_it = tracer(all(1));
    Transaction transaction = all_of_it.start({.name = "x", .op = "task"});
    for (std::size_t i = 0; i < kMaxSpans + 10; ++i) transaction.span("step");
    transaction.finish();
    EXPECT_EQ(kept_.transactions[0]->spans.size(), kMaxSpans);
}

// Each kind of traffic within three standard deviations of its rate.
TEST_F(TracerTest, RatesHold) {
    const Tracer seeds = tracer({});
    for (const auto& [traffic, rate] : {std::pair(Traffic::kHealth, 0.01), std::pair(Traffic::kWebSocket, 0.5),
                                        std::pair(Traffic::kApi, 0.2), std::pair(Traffic::kOther, 0.1)}) {
        constexpr int kTraces = 20'000;
        kept_ = {};
        for (int i = 0; i < kTraces; ++i) seeds.start({.name = "t", .op = "o", .traffic = traffic});
        const double deviation = std::sqrt(kTraces * rate * (1 - rate));
        EXPECT_NEAR(static_cast<double>(kept_.transactions.size()), kTraces * rate, 4 * deviation);
        EXPECT_EQ(kept_.transactions.size() + static_cast<std::size_t>(kept_.left_out), kTraces + 0U);
    }
}

// Two services with the same rate keep the same traces; one with a higher rate keeps all of them and more.
TEST_F(TracerTest, TheDecisionIsTheTraces) {
    const Tracer some = tracer(all(0.3)), more = tracer(all(0.6));
    for (int i = 0; i < 2000; ++i) {
        const Transaction head = some.start({.name = "head", .op = "o"});
        Continuation undecided{.trace = head.trace(), .parent = head.id()};
        const bool again = some.start({.name = "next", .op = "o", .caller = undecided}).sampled();
        const bool with_more = more.start({.name = "next", .op = "o", .caller = undecided}).sampled();
        EXPECT_EQ(again, head.sampled());
        EXPECT_TRUE(with_more || !head.sampled());
    }
}

TEST_F(TracerTest, TheCallersDecisionHolds) {
    const Tracer none = tracer(all(0)), all_of_it = tracer(all(1));
    const auto caller = [](bool sampled) {
        return Continuation{.trace = new_trace_id(), .parent = new_span_id(), .sampled = sampled};
    };
    const Continuation yes = caller(true);
    EXPECT_TRUE(none.start({.name = "t", .op = "o", .caller = yes}).sampled());
    EXPECT_FALSE(all_of_it.start({.name = "t", .op = "o", .caller = caller(false)}).sampled());
    EXPECT_EQ(kept_.transactions[0]->trace, yes.trace);
    EXPECT_EQ(kept_.transactions[0]->root.parent, yes.parent);
}

TEST_F(TracerTest, HeadersTellTheDecisionAndItsGrounds) {
    const Tracer half = tracer(all(0.5));
    for (int i = 0; i < 100; ++i) {
        const Transaction transaction = half.start({.name = "GET /x", .op = "o"});
        const Pairs headers = transaction.propagation_headers();
        const auto read = continuation_of(
            {find_pair(headers, "traceparent"), find_pair(headers, "sentry-trace"), find_pair(headers, "baggage")});
        ASSERT_TRUE(read);
        EXPECT_EQ(read->trace, transaction.trace());
        EXPECT_EQ(read->parent, transaction.id());
        EXPECT_EQ(read->sampled, transaction.sampled());
        const double rand = std::stod(std::string(find_pair(read->sampling_context, "sample_rand")));
        const double rate = std::stod(std::string(find_pair(read->sampling_context, "sample_rate")));
        EXPECT_EQ(rand < rate, transaction.sampled());
        EXPECT_EQ(find_pair(read->sampling_context, "public_key"), "key");
    }
}

TEST_F(TracerTest, BackpressureHalvesRates) {
    Tracer all_of_it = tracer(all(1));
    all_of_it.set_backpressure(2);
    for (int i = 0; i < 4000; ++i) all_of_it.start({.name = "t", .op = "o"});
    EXPECT_NEAR(static_cast<double>(kept_.transactions.size()), 1000, 4 * std::sqrt(4000 * 0.25 * 0.75));
}

TEST_F(TracerTest, WithoutSinksNothingIsMade) {
    const Tracer silent({}, {}, clock_, {});
    const Transaction transaction = silent.start({.name = "t", .op = "o"});
    EXPECT_FALSE(transaction.trace().valid());
    EXPECT_TRUE(transaction.propagation_headers().empty());
}

// The least a task can be: runs when it is awaited.
template <class T>
struct Task {
    using value_type = T;
    struct promise_type {
        Task get_return_object() { return Task(std::coroutine_handle<promise_type>::from_promise(*this)); }
        std::suspend_always initial_suspend() { return {}; }
        std::suspend_always final_suspend() noexcept { return {}; }
        void unhandled_exception() { failure = std::current_exception(); }
        void return_value(T given) { value = given; }
        std::exception_ptr failure;
        T value{};
    };
    explicit Task(std::coroutine_handle<promise_type> its_handle) : handle(its_handle) {}
    Task(Task&& other) noexcept : handle(std::exchange(other.handle, nullptr)) {}
    ~Task() {
        if (handle) handle.destroy();
    }
    bool await_ready() { return false; }
    bool await_suspend(std::coroutine_handle<>) {
        handle.resume();
        return false;
    }
    T await_resume() {
        if (handle.promise().failure) std::rethrow_exception(handle.promise().failure);
        return handle.promise().value;
    }
    std::coroutine_handle<promise_type> handle;
};

Task<int> doubled(int value) {
    if (value < 0) throw std::invalid_argument("negative");
    co_return 2 * value;
}

TEST_F(TracerTest, ACoroutineIsASpan) {
    const Tracer all_of_it = tracer(all(1));
    Transaction transaction = all_of_it.start({.name = "t", .op = "o"});
    Task<int> fine = trace(transaction, "ai.safety_check", doubled(21));
    fine.await_suspend(std::noop_coroutine());
    EXPECT_EQ(fine.await_resume(), 42);
    Task<int> failing = trace(transaction, "ai.safety_check", doubled(-1));
    failing.await_suspend(std::noop_coroutine());
    EXPECT_THROW(failing.await_resume(), std::invalid_argument);
    transaction.finish();
    const auto& spans = kept_.transactions[0]->spans;
    ASSERT_EQ(spans.size(), 2U);
    EXPECT_EQ(spans[0].op, "ai.safety_check");
    EXPECT_EQ(spans[0].status, Status::kOk);
    EXPECT_EQ(spans[1].status, Status::kInternalError);
}

}  // namespace
}  // namespace smew::tracing
