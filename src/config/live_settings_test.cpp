#include "config/live_settings.hpp"

#include <gtest/gtest.h>

namespace smew::config {
namespace {

using Change = LiveSettings::Change;

TEST(LiveSettings, TakeAllChangesOrNone) {
    LiveSettings live{Settings()};
    int heard = 0;
    live.follow([&](const Settings& now) {
        ++heard;
        EXPECT_EQ(now.max_running_queries, 7);
    });
    const Change good[] = {{"max_running_queries", "7"}, {"memory_total_limit", "2GB"}};
    ASSERT_TRUE(live.change(good));
    EXPECT_EQ(live.now()->memory_total_limit.count, 2'000'000'000U);
    const Change half[] = {{"max_running_queries", "8"}, {"workspace_max_result_rows", "many"}};
    const auto refused = live.change(half);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, sqlstate::kInvalidParameterValue);
    EXPECT_NE(refused.error().message.find("workspace_max_result_rows"), std::string::npos);
    EXPECT_EQ(live.now()->max_running_queries, 7);
    EXPECT_EQ(heard, 1);
}

TEST(LiveSettings, RefuseWhatOnlyAStartChanges) {
    LiveSettings live{Settings()};
    const Change fixed[] = {{"data_dir", "/elsewhere"}};
    EXPECT_EQ(live.change(fixed).error().code, sqlstate::kCantChangeRuntimeParam);
    const Change unknown[] = {{"no_such", "1"}};
    EXPECT_EQ(live.change(unknown).error().code, sqlstate::kUndefinedObject);
}

}  // namespace
}  // namespace smew::config
