#include "reporting/statement_errors.hpp"

#include "core/random.hpp"
#include "reporting/worker_losses.hpp"
#include "sentry/test_receiver.hpp"

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>

namespace smew::reporting {
namespace {

namespace json = boost::json;

link::QueryRecord a_failure(Sqlstate code, std::string message) {
    link::QueryRecord record;
    record.workspace = WorkspaceId("ws_1");
    record.project = ProjectId("shop");
    record.user = "alice";
    record.client_address = "10.0.0.7";
    record.status = link::QueryStatus::kError;
    record.sqlstate = code;
    record.error = std::move(message);
    record.query = "SELECT * FROM people WHERE name = 'planted'";
    record.query_hash = "sha256:abc";
    record.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    return record;
}

class ReportsTest : public testing::Test {
protected:
    ~ReportsTest() override { std::filesystem::remove_all(directory_); }

    // The events that arrive when `work` is done with a client.
    template <class Work>
    std::vector<json::value> events(Work work, std::string ignored = "") {
        sentry::Receiver receiver;
        sentry::Options options = sentry::test_options(receiver, directory_);
        if (!ignored.empty()) options.ignored_sqlstates = {ignored};
        {
            sentry::Client client(options, clock_);
            work(client);
        }
        raw_ = receiver.raw();
        return receiver.all("event");
    }
    auto executed(config::StatementErrors which, link::QueryRecord record) {
        return [which, record](sentry::Client& client) { StatementErrors(which, client).executed(record); };
    }

    const std::filesystem::path directory_ = std::filesystem::temp_directory_path() / ("smew_reports_" + random_hex(8));
    SystemClock clock_;
    std::string raw_;
};

using config::StatementErrors::kAll;
using config::StatementErrors::kNone;
using config::StatementErrors::kServer;

TEST_F(ReportsTest, WhatTheServerIsToBlameForIsReported) {
    const auto found =
        events(executed(kServer, a_failure(sqlstate::kInternalError, "assertion \"x\" failed: 'planted'")));
    ASSERT_EQ(found.size(), 1U);
    const json::value& event = found[0];
    EXPECT_EQ(event.at_pointer("/exception/values/0/type"), "SQLSTATE XX000");
    EXPECT_EQ(event.at_pointer("/exception/values/0/mechanism/type"), "statement");
    EXPECT_EQ(event.at_pointer("/contexts/postgres/query"), "SELECT * FROM people WHERE name = ?");
    EXPECT_EQ(event.at_pointer("/contexts/trace/trace_id"), "4bf92f3577b34da6a3ce929d0e0e4736");
    EXPECT_EQ(event.at_pointer("/tags/sqlstate"), "XX000");
    EXPECT_EQ(event.at_pointer("/tags/workspace"), "ws_1");
    EXPECT_EQ(event.at("fingerprint"), (json::array{"statement", "XX000", "sha256:abc"}));
    for (const char* gone : {"planted", "alice", "10.0.0.7"}) EXPECT_EQ(raw_.find(gone), std::string::npos) << gone;
}

TEST_F(ReportsTest, WhatTheClientIsToBlameForWhenAskedFor) {
    const auto division = a_failure(sqlstate::kDivisionByZero, "division by zero");
    EXPECT_TRUE(events(executed(kServer, division)).empty());
    EXPECT_EQ(events(executed(kAll, division)).size(), 1U);
    EXPECT_TRUE(events(executed(kAll, division), "22012").empty());
    EXPECT_TRUE(events(executed(kAll, division), "22").empty());
    EXPECT_TRUE(events(executed(kNone, a_failure(sqlstate::kInternalError, "x"))).empty());
    link::QueryRecord fine = division;
    fine.status = link::QueryStatus::kSuccess;
    EXPECT_TRUE(events(executed(kAll, fine)).empty());
}

class Told final : public telemetry::Events {
public:
    void login_failed(const ProjectId&, std::string_view, std::string_view) override { ++count; }
    void workspace_active(const WorkspaceActivity&) override { ++count; }
    void worker_lost(const WorkerLoss&) override { ++count; }
    int count = 0;
};

TEST_F(ReportsTest, ALostWorkerIsReportedWithWhatItsCrashLeft) {
    Told told;
    const std::string dump = stacks::module_lines() + "signal 000000000000000b\naddress 0000000000000010\ntime " +
                             "0000000067641d25\npc " + [] {
                                 char text[32];
                                 std::snprintf(text, sizeof text, "%zx\n", stacks::current_stack().pcs[0]);
                                 return std::string(text);
                             }();
    const auto found = events([&](sentry::Client& client) {
        WorkerLosses losses(told, client);
        losses.worker_lost({.project = ProjectId("shop"),
                            .workspace = WorkspaceId("ws_1"),
                            .how = "signal 11 (Segmentation fault)",
                            .reason = "",
                            .dump = dump});
    });
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].at("level"), "fatal");
    EXPECT_EQ(found[0].at_pointer("/exception/values/0/type"), "SIGSEGV");
    EXPECT_EQ(found[0].at_pointer("/tags/workspace"), "ws_1");
    const std::string frames = json::serialize(found[0].at_pointer("/exception/values/0/stacktrace/frames"));
    EXPECT_NE(frames.find("ALostWorkerIsReported"), std::string::npos) << frames;
    EXPECT_EQ(told.count, 1);
}

TEST_F(ReportsTest, AKilledWorkerLeavesNoStack) {
    Told told;
    const auto found = events([&](sentry::Client& client) {
        WorkerLosses(told, client)
            .worker_lost({.project = {}, .workspace = {}, .how = "signal 9 (Killed)", .reason = "", .dump = ""});
    });
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].at_pointer("/exception/values/0/type"), "WorkerLost");
    EXPECT_EQ(found[0].at_pointer("/exception/values/0/value"), "signal 9 (Killed)");
    EXPECT_EQ(found[0].at_pointer("/tags/process"), "loader");
}

}  // namespace
}  // namespace smew::reporting
