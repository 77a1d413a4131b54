#include "http/websocket/upgrade.hpp"

#include "http/problem.hpp"
#include "http/websocket/rate_limit.hpp"

#include <gtest/gtest.h>

namespace smew::http::websocket {
namespace {

UpgradeHead head(std::string_view target = kPath, std::string_view origin = "", std::string_view version = "13") {
    UpgradeHead head;
    head.method(boost::beast::http::verb::get);
    head.target(target);
    head.version(11);
    head.set("Host", "Data.example.com:8000");
    head.set("Upgrade", "websocket");
    head.set("Connection", "keep-alive, Upgrade");
    head.set("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
    head.set("Sec-WebSocket-Version", version);
    if (!origin.empty()) head.set("Origin", origin);
    return head;
}

int status(const UpgradeHead& request, std::string_view allowed = "", bool tls = false) {
    try {
        check_upgrade(request, allowed, tls);
    } catch (const ProblemException& exception) {
        return exception.problem().status;
    }
    return 101;
}

TEST(Upgrade, IsForThisPathOnly) {
    EXPECT_TRUE(is_upgrade(head()));
    EXPECT_TRUE(is_upgrade(head("/api/v1/pam?x=1")));
    EXPECT_FALSE(is_upgrade(head("/api/v1/pam/conversations")));
    UpgradeHead plain = head();
    plain.erase("Upgrade");
    EXPECT_FALSE(is_upgrade(plain));
}

TEST(Upgrade, Origins) {
    EXPECT_EQ(status(head()), 101);
    EXPECT_EQ(status(head(kPath, "http://data.EXAMPLE.com:8000")), 101);
    EXPECT_EQ(status(head(kPath, "https://data.example.com:8000")), 403);
    EXPECT_EQ(status(head(kPath, "https://data.example.com:8000"), "", true), 101);
    EXPECT_EQ(status(head(kPath, "null")), 403);
    EXPECT_EQ(status(head(kPath, "https://app.example"), "https://a.example https://APP.example"), 101);
    EXPECT_EQ(status(head(kPath, "https://app.example.evil"), "https://app.example"), 403);
    EXPECT_EQ(status(head(kPath, "https://any.example"), "*"), 101);
}

TEST(Upgrade, NothingInTheUrlAndVersion13) {
    EXPECT_EQ(status(head("/api/v1/pam?token=x")), 400);
    EXPECT_EQ(status(head(kPath, "", "8")), 426);
    UpgradeHead without_key = head();
    without_key.erase("Sec-WebSocket-Key");
    EXPECT_EQ(status(without_key), 426);
}

TEST(RateLimit, LetsABurstThroughAndThenSpacesOut) {
    const SteadyTime start{};
    RateLimit limit(10, start);
    for (int i = 0; i < 10; ++i) EXPECT_EQ(limit.take(start).count(), 0);
    EXPECT_NEAR(static_cast<double>(limit.take(start).count()), 1e5, 1);
    EXPECT_EQ(limit.take(start + std::chrono::seconds(1)).count(), 0);
}

TEST(RateLimit, CountsEachNameByMinute) {
    const SteadyTime start = SteadyTime() + std::chrono::hours(1);
    TalkRates rates(2);
    EXPECT_TRUE(rates.take("a", start));
    EXPECT_TRUE(rates.take("a", start));
    EXPECT_FALSE(rates.take("a", start));
    EXPECT_TRUE(rates.take("b", start));
    EXPECT_TRUE(rates.take("a", start + std::chrono::seconds(61)));
}

}  // namespace
}  // namespace smew::http::websocket
