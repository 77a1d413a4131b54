#include "observe/alerts.hpp"

#include "core/error.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

namespace smew::observe {
namespace {

using std::chrono::seconds;
namespace json = boost::json;

// A receiver that answers as the test says and keeps what it got.
class Receiver {
public:
    AlertDelivery::Attempt attempt() {
        return [this](const Webhook& webhook, const std::string& body, const auto& headers) {
            const std::lock_guard lock(mutex_);
            bodies_.push_back(json::parse(body));
            urls_.push_back(webhook.url);
            headers_.emplace_back(headers.begin(), headers.end());
            PostOutcome outcome{.status = 200};
            if (!statuses_.empty()) {
                outcome.status = statuses_.front();
                statuses_.erase(statuses_.begin());
            }
            changed_.notify_all();
            return outcome;
        };
    }
    void answer(std::vector<int> statuses) {
        const std::lock_guard lock(mutex_);
        statuses_ = std::move(statuses);
    }
    // Waits until it has been asked `count` times.
    std::vector<json::value> bodies(std::size_t count) {
        std::unique_lock lock(mutex_);
        EXPECT_TRUE(changed_.wait_for(lock, seconds(10), [&] { return bodies_.size() >= count; }));
        return bodies_;
    }
    std::vector<std::vector<std::pair<std::string, std::string>>> headers() {
        const std::lock_guard lock(mutex_);
        return headers_;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<json::value> bodies_;
    std::vector<std::string> urls_;
    std::vector<std::vector<std::pair<std::string, std::string>>> headers_;
    std::vector<int> statuses_;
};

class AlertsTest : public testing::Test {
protected:
    void start(const std::string& urls = "http://receiver/hook") {
        settings_.alert_webhook_url = Secret(urls);
        settings_.alert_instance = "smew-1";
        DeliveryPolicy policy;
        policy.first_pause = std::chrono::milliseconds(1);
        policy.longest_pause = std::chrono::milliseconds(2);
        alerts_ = Alerts::create(
            settings_, clock_, [](const ProjectId& id) { return "Project " + id.value(); }, receiver_.attempt(),
            policy);
    }
    void active(std::uint64_t statements, std::uint64_t failed, std::uint64_t disk = 0, std::uint64_t limit = 0) {
        alerts_->workspace_active({.project = ProjectId("shop"),
                                   .workspace = WorkspaceId("abc"),
                                   .statements = statements,
                                   .failed = failed,
                                   .disk_bytes = disk,
                                   .size_limit = limit});
    }
    // Until the delivery has reported.
    AlertRecord settled(std::uint64_t number) {
        for (int i = 0; i < 1000; ++i) {
            const auto record = alerts_->find(number);
            if (record && !record->receipts.empty() && record->receipts[0].attempts > 0) return *record;
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        ADD_FAILURE() << "alert " << number << " was not delivered";
        return {};
    }

    ManualClock clock_{WallTime(std::chrono::microseconds(1'734'604'245'000'000))};
    config::Settings settings_;
    Receiver receiver_;
    std::unique_ptr<Alerts> alerts_;
};

TEST_F(AlertsTest, TellsOfAHighErrorRateInTheSeedsFormat) {
    start();
    active(100, 5);
    EXPECT_TRUE(alerts_->history(10).empty());  // 5 % is not more than 5 %
    active(0, 0);
    active(100, 10);
    const json::value body = receiver_.bodies(1)[0];
    EXPECT_EQ(body.at("alert"), "PGWireHighErrorRate");
    EXPECT_EQ(body.at("severity"), "warning");
    EXPECT_EQ(body.at("status"), "firing");
    EXPECT_EQ(body.at("timestamp"), "2024-12-19T10:30:45.000Z");
    EXPECT_EQ(body.at("summary"), "PG Wire error rate > 5%");
    EXPECT_EQ(body.at("description"), "Error rate is 7.5% over last 5 minutes");
    EXPECT_EQ(body.at("context"), json::parse(R"({"project_id":"shop","project_name":"Project shop",
                                                  "workspace_id":"abc","branch_id":"default"})"));
    EXPECT_EQ(body.at("labels"), json::parse(R"({"service":"pgwire","instance":"smew-1"})"));
    EXPECT_DOUBLE_EQ(body.at("value").as_double(), 0.075);
}

TEST_F(AlertsTest, TellsOfStatementsThatHaveBecomeSlowAndOfTheEnd) {
    start();
    const auto took = [this](std::size_t bucket) {
        telemetry::Events::WorkspaceActivity activity{
            .project = ProjectId("shop"), .workspace = WorkspaceId("abc"), .statements = 100};
        activity.durations[bucket] = 100;
        alerts_->workspace_active(activity);
    };
    took(duration_bucket(std::chrono::milliseconds(5)));
    EXPECT_TRUE(alerts_->history(10).empty());
    clock_.advance(seconds(301));
    took(duration_bucket(seconds(20)));
    const json::value body = receiver_.bodies(1)[0];
    EXPECT_EQ(body.at("alert"), "PGWireHighLatency");
    EXPECT_EQ(body.at("status"), "firing");
    EXPECT_EQ(body.at("context").at("workspace_id"), "abc");
    EXPECT_NE(body.at("description").as_string().find("the limit is 2.5 s"), std::string::npos);
    EXPECT_GT(body.at("value").as_double(), 10);
    clock_.advance(seconds(301));
    alerts_->tick();
    EXPECT_EQ(receiver_.bodies(2)[1].at("status"), "resolved");
}

TEST_F(AlertsTest, AFewStatementsSayNothing) {
    start();
    active(19, 19);
    EXPECT_TRUE(alerts_->history(10).empty());
}

TEST_F(AlertsTest, TellsOnceAndTellsTheEnd) {
    start();
    active(100, 50);
    active(100, 50);
    receiver_.bodies(1);
    EXPECT_EQ(alerts_->history(10).size(), 1U);
    clock_.advance(seconds(301));
    alerts_->tick();
    const json::value end = receiver_.bodies(2)[1];
    EXPECT_EQ(end.at("status"), "resolved");
    EXPECT_EQ(end.at("alert"), "PGWireHighErrorRate");
}

TEST_F(AlertsTest, LimitsTheRateOfEachType) {
    settings_.alert_auth_failures = 1;
    start();
    for (const char* address : {"10.0.0.1", "10.0.0.2", "10.0.0.3"})
        alerts_->login_failed(ProjectId("shop"), "ws_a", address);
    active(100, 100);  // another type has a limit of its own
    EXPECT_EQ(alerts_->history(10).size(), 2U);
    clock_.advance(seconds(60));
    alerts_->login_failed(ProjectId(), "nobody", "10.0.0.4");
    const json::value third = receiver_.bodies(3)[2];
    EXPECT_EQ(third.at("suppressed"), 2);
    EXPECT_EQ(third.at("context"), json::parse(R"({"client_ip":"10.0.0.4","username":"nobody"})"));
}

TEST_F(AlertsTest, WhatTheRateHeldBackIsToldLaterWhileItLasts) {
    start();
    const auto fail = [this](const char* workspace) {
        alerts_->workspace_active(
            {.project = ProjectId("shop"), .workspace = WorkspaceId(workspace), .statements = 100, .failed = 100});
    };
    fail("one");
    fail("two");
    EXPECT_EQ(alerts_->history(10).size(), 1U);
    clock_.advance(seconds(61));
    alerts_->tick();
    const json::value second = receiver_.bodies(2)[1];
    EXPECT_EQ(second.at("context").at("workspace_id"), "two");
    EXPECT_EQ(second.at("suppressed"), 1);
    clock_.advance(seconds(301));
    alerts_->tick();
    EXPECT_EQ(alerts_->history(10).size(), 4U) << "both are over";
}

TEST_F(AlertsTest, AProjectHasItsOwnAlone) {
    settings_.alert_auth_failures = 1;
    start();
    active(100, 100);
    alerts_->login_failed(ProjectId("bank"), "ws_b", "10.0.0.1");
    alerts_->send_test();
    EXPECT_EQ(alerts_->history(10).size(), 3U);
    const ProjectId shop("shop"), bank("bank"), club("club");
    ASSERT_EQ(alerts_->history(10, &shop).size(), 1U);
    EXPECT_EQ(alerts_->history(10, &shop)[0].alert.type, AlertType::kHighErrorRate);
    ASSERT_EQ(alerts_->history(10, &bank).size(), 1U);
    EXPECT_EQ(alerts_->history(10, &bank)[0].alert.type, AlertType::kAuthFailures);
    EXPECT_TRUE(alerts_->history(10, &club).empty());
    EXPECT_EQ(alerts_->history(2).size(), 2U);
}

TEST_F(AlertsTest, TellsThatTheServerIsDownAndUpAgain) {
    start();
    alerts_->server_down(false, "");
    EXPECT_TRUE(alerts_->history(10).empty());
    alerts_->server_down(true, "no answer in time");
    alerts_->server_down(true, "no answer in time");
    const json::value body = receiver_.bodies(1)[0];
    EXPECT_EQ(body.at("alert"), "PGWireServerDown");
    EXPECT_EQ(body.at("severity"), "critical");
    EXPECT_EQ(body.at("description"), "no answer in time");
    EXPECT_EQ(body.at("context"), json::object());  // the instance's, which the labels name
    alerts_->server_down(false, "");
    EXPECT_EQ(receiver_.bodies(2)[1].at("status"), "resolved");
    EXPECT_EQ(alerts_->history(10).size(), 2U);
}

TEST_F(AlertsTest, TellsOfAWorkspaceThatFillsUp) {
    start();
    active(1, 0, 89, 100);
    EXPECT_TRUE(alerts_->history(10).empty());
    active(1, 0, 90, 100);
    const json::value body = receiver_.bodies(1)[0];
    EXPECT_EQ(body.at("alert"), "WorkspaceSizeExceeded");
    EXPECT_EQ(body.at("context").at("current_size"), 90);
    EXPECT_EQ(body.at("context").at("limit"), 100);
    active(1, 0, 10, 100);
    EXPECT_EQ(receiver_.bodies(2)[1].at("status"), "resolved");
}

TEST_F(AlertsTest, TriesAgainWhenTheReceiverIsAtFault) {
    start();
    receiver_.answer({500, 429, 200});
    const AlertRecord record = settled(alerts_->send_test());
    EXPECT_EQ(record.receipts[0].attempts, 3);
    EXPECT_EQ(record.receipts[0].error, "");
    EXPECT_EQ(record.receipts[0].webhook, "http://receiver");
}

TEST_F(AlertsTest, GivesUpWhereAnotherAttemptIsOfNoUse) {
    start();
    receiver_.answer({404});
    const AlertRecord record = settled(alerts_->send_test());
    EXPECT_EQ(record.receipts[0].attempts, 1);
    EXPECT_EQ(record.receipts[0].error, "HTTP status 404");
}

TEST_F(AlertsTest, SendsToEveryWebhookInItsFormat) {
    start("http://plain/ slack+http://chat/ teams+http://teams/ discord+http://discord/");
    alerts_->send_test();
    std::vector<std::string> kinds;
    for (const json::value& body : receiver_.bodies(4)) {
        const json::object& object = body.as_object();
        kinds.emplace_back(object.contains("labels")   ? "generic"
                           : object.contains("embeds") ? "discord"
                           : object.contains("text")   ? "slack"
                                                       : "teams");
    }
    std::ranges::sort(kinds);
    EXPECT_EQ(kinds, (std::vector<std::string>{"discord", "generic", "slack", "teams"}));
}

TEST_F(AlertsTest, SignsWhatItSends) {
    settings_.alert_webhook_secret = Secret("key");
    start();
    alerts_->send_test();
    receiver_.bodies(1);
    const auto headers = receiver_.headers().at(0);
    ASSERT_EQ(headers.size(), 2U);
    EXPECT_EQ(headers[0], (std::pair<std::string, std::string>{"X-Smew-Timestamp", "1734604245"}));
    EXPECT_EQ(headers[1].first, "X-Smew-Signature");
    EXPECT_EQ(headers[1].second.substr(0, 7), "sha256=");
    EXPECT_EQ(headers[1].second.size(), 7U + 64U);
}

TEST_F(AlertsTest, RefusesWebhooksItCannotUse) {
    for (const char* url : {"ftp://host/", "receiver", "irc+http://host/"}) {
        settings_.alert_webhook_url = Secret(url);
        EXPECT_THROW(Alerts::create(settings_, clock_, {}), ErrorException) << url;
    }
    settings_.alert_webhook_url = Secret("http://host/");
    for (const char* headers : {"X-A: b", "[]", R"({"X A": "b"})", R"({"X-A": 1})", R"({"X-A": "b\r\nC: d"})"}) {
        settings_.alert_webhook_headers = Secret(headers);
        EXPECT_THROW(Alerts::create(settings_, clock_, {}), ErrorException) << headers;
    }
}

TEST(Webhooks, LogOnlyTheHost) {
    EXPECT_EQ((Webhook{.url = "https://user:pass@hooks.example.com:8443/services/T0/secret?token=1"}.host()),
              "https://hooks.example.com:8443");
}

}  // namespace
}  // namespace smew::observe
