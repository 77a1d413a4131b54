#include "pgsession/statement_watch.hpp"

#include <gtest/gtest.h>

namespace smew::pgsession {
namespace {

using std::chrono::milliseconds;
using Time = StatementWatch::TimePoint;

TEST(StatementWatch, CancelsTheStatementThatRunsAndNoOther) {
    StatementWatch watch;
    watch.cancel(CancelReason::kUser);
    watch.begin(Time{}, milliseconds(0));
    EXPECT_EQ(watch.cancelled(), CancelReason::kNone) << "nothing ran";
    watch.cancel(CancelReason::kUser);
    watch.cancel(CancelReason::kAdmin);
    EXPECT_EQ(watch.cancelled(), CancelReason::kUser) << "the first reason counts";
    watch.end();
    watch.begin(Time{}, milliseconds(0));
    EXPECT_EQ(watch.cancelled(), CancelReason::kNone);
}

TEST(StatementWatch, ACancelThatOvertookItsStatementHoldsForItAlone) {
    StatementWatch watch;
    watch.cancel(CancelReason::kUser, true);
    watch.begin(Time{}, milliseconds(0));
    EXPECT_EQ(watch.cancelled(), CancelReason::kUser);
    watch.end();
    watch.begin(Time{}, milliseconds(0));
    EXPECT_EQ(watch.cancelled(), CancelReason::kNone);
    watch.end();
    watch.cancel(CancelReason::kUser, true);
    watch.forget_early();  // what had arrived was no statement for the engine
    watch.begin(Time{}, milliseconds(0));
    EXPECT_EQ(watch.cancelled(), CancelReason::kNone);
}

TEST(StatementWatch, DeadlinesCancelOnce) {
    StatementWatch watch;
    watch.begin(Time{}, milliseconds(10));
    EXPECT_EQ(watch.check_deadline(Time{} + milliseconds(9)).count(), 0);
    EXPECT_EQ(watch.check_deadline(Time{} + milliseconds(15)).count(), 6);
    EXPECT_EQ(watch.cancelled(), CancelReason::kStatementTimeout);
    watch.end();
    EXPECT_EQ(watch.check_deadline(Time{} + milliseconds(20)).count(), 0);
}

}  // namespace
}  // namespace smew::pgsession
