#include "fleet/admission.hpp"

#include <gtest/gtest.h>

namespace smew::fleet {
namespace {

const WorkspaceId kOne{"one"};
const WorkspaceId kTwo{"two"};

std::shared_ptr<AdmissionCounters> counters_for(int total, int per_workspace) {
    return std::make_shared<AdmissionCounters>(AdmissionLimits{.total = total,
                                                               .per_workspace = per_workspace,
                                                               .total_setting = "most_in_all",
                                                               .per_workspace_setting = "most_here"});
}

TEST(Admission, LimitsEachWorkspaceAndTheTotal) {
    const auto counters = counters_for(3, 2);
    auto first = counters->admit(kOne);
    auto second = counters->admit(kOne);
    ASSERT_TRUE(first && second);
    const auto over_workspace = counters->admit(kOne);
    ASSERT_FALSE(over_workspace);
    EXPECT_EQ(over_workspace.error().code, sqlstate::kTooManyConnections);
    EXPECT_NE(over_workspace.error().hint.find("most_here"), std::string::npos);

    auto third = counters->admit(kTwo);
    ASSERT_TRUE(third);
    const auto over_total = counters->admit(kTwo);
    ASSERT_FALSE(over_total);
    EXPECT_EQ(over_total.error().code, sqlstate::kTooManyConnections);
    EXPECT_NE(over_total.error().hint.find("most_in_all"), std::string::npos);
}

TEST(Admission, APlaceIsFreeAgainWhenItsHolderIsGone) {
    const auto counters = counters_for(1, 1);
    for (int i = 0; i < 3; ++i) {
        const auto place = counters->admit(kOne);
        ASSERT_TRUE(place);
    }
}

TEST(Admission, PlacesOutliveTheFleet) {
    auto counters = counters_for(1, 1);
    auto place = counters->admit(kOne);
    counters.reset();
    EXPECT_TRUE(place);
}

}  // namespace
}  // namespace smew::fleet
