#include "engine/engine_test_support.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace smew::engine::test {
namespace {

class Interrupts : public ::testing::Test {
protected:
    static constexpr const char* kEndless =
        "SELECT count(*) FROM range(100000000000) a(i), range(1000) b(j) WHERE i % 7 = j % 5";
    Workspace workspace;
    Connection& db = workspace.connection();
};

TEST_F(Interrupts, EndARunningStatementWithTheirReason) {
    for (const CancelReason reason : {CancelReason::kUser, CancelReason::kStatementTimeout, CancelReason::kAdmin}) {
        db.statement_begins();
        auto prepared = prepare(db, kEndless).value();
        std::atomic<bool> ended = false;
        std::jthread canceller([&] {
            while (!ended) db.interrupt(reason), std::this_thread::yield();
        });
        const auto rows = read(*prepared);
        ended = true;
        ASSERT_FALSE(rows);
        EXPECT_EQ(rows.error().code, error_for(reason).code);
        EXPECT_EQ(rows.error().message, error_for(reason).message);
        canceller.join();
        db.statement_ends();
        EXPECT_EQ(value(db, "SELECT 1"), "1");
    }
}

TEST_F(Interrupts, BetweenTwoCallsAreNotLost) {
    db.statement_begins();
    db.interrupt(CancelReason::kUser);
    const auto prepared = prepare(db, "SELECT 1");
    EXPECT_EQ(prepared.error().code, sqlstate::kQueryCanceled);
    db.statement_ends();

    db.statement_begins();
    auto ready = prepare(db, "SELECT 1").value();
    db.interrupt(CancelReason::kUser);
    EXPECT_EQ(ready->execute({}).error().code, sqlstate::kQueryCanceled);
    db.statement_ends();

    db.statement_begins();
    auto stream = prepare(db, "SELECT i FROM range(1000000) r(i)").value()->execute({}).value();
    ASSERT_TRUE(stream->next());
    db.interrupt(CancelReason::kLimit);
    EXPECT_EQ(stream->next().error().code, error_for(CancelReason::kLimit).code);
    EXPECT_EQ(stream->next().value(), nullptr);
    db.statement_ends();
}

TEST_F(Interrupts, WithoutAStatementDoNothing) {
    db.interrupt(CancelReason::kUser);
    db.statement_begins();
    EXPECT_EQ(value(db, "SELECT 1"), "1");
    db.statement_ends();
    db.interrupt(CancelReason::kUser);
    EXPECT_EQ(value(db, "SELECT 2"), "2");
}

TEST_F(Interrupts, DoNotStopTheRollbackBehindThem) {
    db.run_internal("BEGIN").value();
    db.statement_begins();
    db.interrupt(CancelReason::kUser);
    EXPECT_EQ(code(db, "SELECT 1"), "57014");
    EXPECT_TRUE(db.run_internal("ROLLBACK"));
    EXPECT_FALSE(db.in_transaction());
    db.statement_ends();
}

TEST_F(Interrupts, TheFirstReasonStays) {
    db.statement_begins();
    db.interrupt(CancelReason::kStatementTimeout);
    db.interrupt(CancelReason::kShutdown);
    EXPECT_EQ(prepare(db, "SELECT 1").error().message, error_for(CancelReason::kStatementTimeout).message);
    db.statement_ends();
}

TEST_F(Interrupts, ReachPreparingToo) {
    db.statement_begins();
    std::atomic<bool> ended = false;
    std::jthread canceller([&] {
        while (!ended) db.interrupt(CancelReason::kUser), std::this_thread::yield();
    });
    std::string folded = "SELECT 0";
    for (int i = 0; i < 400; ++i) folded += ", list_sum(range(200000 + " + std::to_string(i) + "))";
    EXPECT_EQ(prepare(db, folded).error().code, sqlstate::kQueryCanceled);
    ended = true;
    canceller.join();
    db.statement_ends();
}

}  // namespace
}  // namespace smew::engine::test
