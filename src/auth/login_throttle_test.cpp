#include "auth/login_throttle.hpp"

#include <gtest/gtest.h>

namespace smew::auth {
namespace {

using namespace std::chrono_literals;

class LoginThrottleTest : public testing::Test {
protected:
    LoginThrottle::Verdict fail(int times, std::string_view user = "ann", std::string_view address = "10.0.0.1") {
        LoginThrottle::Verdict last;
        for (int i = 0; i < times; ++i) last = throttle_.failed(address, user);
        return last;
    }
    bool refused(std::string_view user = "ann", std::string_view address = "10.0.0.1") {
        return throttle_.check(address, user).refused;
    }

    ManualClock clock_{WallTime{}};
    LoginThrottle throttle_{{.failure_limit = 4, .address_factor = 3}, clock_};
};

TEST_F(LoginThrottleTest, RefusesAfterTheLimitAndForgivesAfterTheBan) {
    EXPECT_FALSE(fail(3).refused);
    EXPECT_FALSE(refused());
    EXPECT_TRUE(fail(1).refused);
    EXPECT_TRUE(refused());
    clock_.advance(299s);
    EXPECT_TRUE(refused());
    clock_.advance(1s);
    EXPECT_FALSE(refused());
    EXPECT_FALSE(fail(3).refused) << "counting begins anew";
}

TEST_F(LoginThrottleTest, SlowsDownStepByStepUpToABound) {
    EXPECT_EQ(fail(1).delay, 100ms);
    EXPECT_EQ(fail(1).delay, 200ms);
    LoginThrottle patient({.failure_limit = 100}, clock_);
    LoginThrottle::Verdict last;
    for (int i = 0; i < 50; ++i) last = patient.failed("a", "u");
    EXPECT_EQ(last.delay, 2000ms);
}

TEST_F(LoginThrottleTest, FailuresOutsideTheWindowDoNotCount) {
    fail(3);
    clock_.advance(60s);
    EXPECT_EQ(fail(1).delay, 100ms);
    EXPECT_FALSE(refused());
}

TEST_F(LoginThrottleTest, AUsersBanLeavesNeighboursAlone) {
    fail(4);
    EXPECT_FALSE(refused("bob"));
    EXPECT_FALSE(refused("ann", "10.0.0.2"));
}

TEST_F(LoginThrottleTest, TryingManyUsersBansTheAddress) {
    for (int i = 0; i < 12; ++i) fail(1, "user" + std::to_string(i));
    EXPECT_TRUE(refused("never tried"));
    EXPECT_FALSE(refused("never tried", "10.0.0.2"));
}

TEST_F(LoginThrottleTest, SuccessForgetsTheUsersFailuresButNotTheAddresss) {
    for (int i = 0; i < 4; ++i) {
        fail(3);
        throttle_.succeeded("10.0.0.1", "ann");
        if (i < 3) {
            EXPECT_FALSE(refused()) << i;
        }
    }
    EXPECT_TRUE(refused()) << "twelve failures of the address";
}

TEST_F(LoginThrottleTest, ALimitOfZeroTurnsItOff) {
    LoginThrottle off({.failure_limit = 0}, clock_);
    for (int i = 0; i < 100; ++i) EXPECT_EQ(off.failed("a", "u").delay, 0ms);
    EXPECT_FALSE(off.check("a", "u").refused);
}

TEST_F(LoginThrottleTest, ForgetsTheOldestWhenFull) {
    const auto flood = [&](const std::string& name, int addresses) {
        for (int i = 0; i < addresses; ++i) {
            clock_.advance(1us);
            fail(1, "u", name + std::to_string(i));
        }
    };
    fail(4, "ann", "old");
    flood("a", 4'000);
    fail(4, "ann", "late");
    EXPECT_TRUE(refused("ann", "old"));
    flood("b", 2'000);
    EXPECT_FALSE(refused("ann", "old"));
    EXPECT_TRUE(refused("ann", "late"));
}

TEST_F(LoginThrottleTest, LongNamesAreCut) {
    const std::string name(5'000, 'x');
    fail(4, name);
    EXPECT_TRUE(refused(name + "y")) << "names that differ beyond 64 bytes count as one";
}

}  // namespace
}  // namespace smew::auth
