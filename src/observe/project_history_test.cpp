#include "observe/project_history.hpp"

#include <gtest/gtest.h>

namespace smew::observe {
namespace {

using std::chrono::seconds;

const ProjectId kShop("shop"), kBank("bank"), kClub("club");

class ProjectHistoryTest : public testing::Test {
protected:
    void advance(int times) {
        for (int i = 0; i < times; ++i) {
            clock_.advance(seconds(1));
            history_.tick();
        }
    }
    static telemetry::Events::WorkspaceActivity activity(const ProjectId& project, std::uint64_t statements) {
        telemetry::Events::WorkspaceActivity made{.project = project, .workspace = WorkspaceId("w")};
        made.statements = statements;
        made.durations[1] = statements;
        return made;
    }
    double counted(const ProjectId& project, double HistoryInterval::*value) const {
        double sum = 0;
        for (const HistoryInterval& interval : history_.last(project, seconds(600))) sum += interval.*value;
        return sum;
    }

    struct Heard final : telemetry::Events {
        void login_failed(const ProjectId&, std::string_view, std::string_view) override { ++logins; }
        void workspace_active(const WorkspaceActivity&) override { ++active; }
        void worker_lost(const WorkerLoss&) override { ++lost; }
        int logins = 0, active = 0, lost = 0;
    };

    ManualClock clock_{WallTime(std::chrono::hours(24 * 365 * 50))};
    Heard next_;
    std::vector<ProjectHistory::Live> live_;
    ProjectHistory history_{next_, [this] { return live_; }, 2, clock_};
};

TEST_F(ProjectHistoryTest, AProjectSeesItsOwnAlone) {
    history_.workspace_active(activity(kShop, 30));
    history_.workspace_active(activity(kBank, 5));
    history_.login_failed(kShop, "ws_a", "192.0.2.1");
    link::QueryRecord slow;
    slow.project = kBank;
    slow.slow = true;
    history_.executed(slow);
    advance(1);
    const auto shop = history_.last(kShop, seconds(600));
    ASSERT_EQ(shop.size(), 1U);
    EXPECT_DOUBLE_EQ(shop[0].queries_per_second, 30);
    EXPECT_TRUE(shop[0].any_query);
    EXPECT_EQ(counted(kShop, &HistoryInterval::auth_failures), 1);
    EXPECT_EQ(counted(kShop, &HistoryInterval::slow_queries), 0);
    EXPECT_EQ(counted(kBank, &HistoryInterval::slow_queries), 1);
    EXPECT_TRUE(history_.last(kClub, seconds(600)).empty());
}

TEST_F(ProjectHistoryTest, EverythingGoesOnToWhoListensToo) {
    history_.login_failed(ProjectId(), "nobody", "192.0.2.1");
    history_.workspace_active(activity(kShop, 1));
    history_.worker_lost(
        {.project = kShop, .workspace = WorkspaceId("w"), .how = "signal 9", .reason = "", .dump = ""});
    EXPECT_EQ(next_.logins, 1);
    EXPECT_EQ(next_.active, 1);
    EXPECT_EQ(next_.lost, 1);
    EXPECT_TRUE(history_.last(ProjectId(), seconds(600)).empty());
}

TEST_F(ProjectHistoryTest, WorkersOfAProjectAreAddedUpAndGone) {
    live_ = {{kShop, 2, 100}, {kShop, 1, 50}, {kBank, 9, 7}};
    advance(2);
    live_ = {};
    advance(1);
    const auto shop = history_.last(kShop, seconds(600));
    EXPECT_EQ(shop.front().sessions, 3);
    EXPECT_EQ(shop.front().workers, 2);
    EXPECT_EQ(shop.front().worker_bytes, 150);
    EXPECT_EQ(shop.back().sessions, 0);
}

TEST_F(ProjectHistoryTest, OfTooManyTheLongestUnusedIsForgotten) {
    history_.workspace_active(activity(kShop, 1));
    advance(1);
    history_.workspace_active(activity(kBank, 1));
    advance(1);
    history_.workspace_active(activity(kClub, 1));
    advance(1);
    EXPECT_TRUE(history_.last(kShop, seconds(600)).empty());
    EXPECT_FALSE(history_.last(kBank, seconds(600)).empty());
    EXPECT_FALSE(history_.last(kClub, seconds(600)).empty());
}

TEST_F(ProjectHistoryTest, AProjectUnusedForADayIsForgotten) {
    history_.workspace_active(activity(kShop, 1));
    advance(1);
    clock_.advance(std::chrono::hours(25));
    advance(1);
    EXPECT_TRUE(history_.last(kShop, std::chrono::hours(24)).empty());
}

TEST(ProjectHistory, NothingIsKeptWhenNoneIsWanted) {
    ManualClock clock{WallTime(std::chrono::hours(24 * 365 * 50))};
    telemetry::NoEvents next;
    ProjectHistory history(
        next, [] { return std::vector<ProjectHistory::Live>(); }, 0, clock);
    history.login_failed(kShop, "ws_a", "192.0.2.1");
    history.tick();
    EXPECT_TRUE(history.last(kShop, seconds(600)).empty());
}

}  // namespace
}  // namespace smew::observe
