#include "http/health.hpp"

#include <gtest/gtest.h>

namespace smew::http {
namespace {

using std::chrono::hours;

TEST(CertificateHealth, TellsDaysThatAreLeft) {
    const WallTime now(hours(480'000));
    EXPECT_EQ(certificate_health(std::nullopt, now, 14).grade, Grade::kHealthy);
    EXPECT_EQ(certificate_health(now + hours(24 * 20), now, 14).grade, Grade::kHealthy);
    const Component soon = certificate_health(now + hours(24 * 3 + 1), now, 14);
    EXPECT_EQ(soon.grade, Grade::kDegraded);
    EXPECT_EQ(soon.facts.at("days_left"), 3);
    const Component over = certificate_health(now - hours(1), now, 0);
    EXPECT_EQ(over.grade, Grade::kDegraded);
    EXPECT_EQ(over.reason, "the TLS certificate has expired");
}

TEST(Health, TheWorstComponentCounts) {
    EXPECT_EQ(overall({}), Grade::kHealthy);
    EXPECT_EQ(overall({{.name = "a"}, {.name = "b", .grade = Grade::kDegraded}}), Grade::kDegraded);
    EXPECT_EQ(overall({{.name = "a", .grade = Grade::kUnhealthy}, {.name = "b", .grade = Grade::kDegraded}}),
              Grade::kUnhealthy);
}

}  // namespace
}  // namespace smew::http
