#include "fleet/fleet.hpp"

#include "core/random.hpp"
#include "link/channel.hpp"
#include "pgproto/backend.hpp"
#include "pgproto/frame.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <sys/socket.h>
#include <thread>

namespace smew::fleet {
namespace {

using namespace std::chrono_literals;

// What a client of a session reads from its socket within a minute; empty at the end of the stream.
std::string read_some(const UniqueFd& socket) {
    const timeval limit{.tv_sec = 60, .tv_usec = 0};
    ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    std::string text(4096, '\0');
    const ssize_t count = ::recv(socket.get(), text.data(), text.size(), 0);
    text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return text;
}

class FleetTest : public testing::Test {
protected:
    FleetTest() {
        settings_.worker_start_timeout_seconds = std::chrono::seconds(5);
        settings_.worker_uid_base = 0;
        settings_.loader_max_concurrent = 1;
        settings_.pgwire_max_connections_per_workspace = 2;
        fleet_ = Fleet::create(settings_, layout_, *store_, metrics_, events_, records_, clock_);
    }
    ~FleetTest() override {
        fleet_.reset();
        std::filesystem::remove_all(directory_);
    }

    catalog::Workspace workspace(const std::string& project = "shop", const std::string& id = "aaaa0001") {
        if (!store_->project(ProjectId(project))) {
            EXPECT_TRUE(store_->create_project(ProjectId(project), project, "", "{}", auth::make_api_key()));
        }
        catalog::Workspace wanted;
        wanted.id = WorkspaceId(id);
        wanted.project = ProjectId(project);
        wanted.name = id;
        wanted.username = "ws_" + id + "_x";
        wanted.verifier = "none";
        const auto known = store_->workspace(wanted.project, wanted.id);
        return known ? *known : store_->create_workspace(wanted).value();
    }

    struct Client {
        UniqueFd socket;
        SessionId id{"sess_" + random_hex(16)};
        Fleet::BackendKey key;
        std::shared_ptr<std::atomic<int>> ended = std::make_shared<std::atomic<int>>(0);
        Result<void> adopted;
    };
    Client connect(const catalog::Workspace& space, const std::string& user) {
        Client client;
        auto sockets = link::make_socket_pair().value();
        client.socket = std::move(sockets.first);
        client.key = fleet_->new_backend_key(4);
        link::AdoptSession session;
        session.session = client.id;
        session.user = user;
        session.backend_pid = client.key.pid;
        session.cancel_key = client.key.secret;
        client.adopted = fleet_->adopt(space, session, std::move(sockets.second), nullptr,
                                       [ended = client.ended](const std::optional<Error>&) { ++*ended; });
        return client;
    }
    static void expect_ended(const Client& client) {
        const auto deadline = std::chrono::steady_clock::now() + 60s;
        while (*client.ended == 0 && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(1ms);
        EXPECT_EQ(*client.ended, 1);
    }

    std::filesystem::path directory_ = std::filesystem::temp_directory_path() / ("fleet-test-" + random_hex(8));
    SystemClock clock_;
    config::Settings settings_;
    storage::Layout layout_{directory_, 0};
    std::unique_ptr<catalog::Store> store_ = catalog::Store::open(layout_.metadata_file(), clock_);
    telemetry::Metrics metrics_{"test", "test"};
    telemetry::NoEvents events_;
    struct NoRecords final : link::QueryRecordSink {
        bool has_room() const override { return true; }
        void take(link::QueryRecords) override {}
    } records_;
    std::unique_ptr<Fleet> fleet_;
};

TEST_F(FleetTest, SessionsTellWhatTheyDoAndTheirStatementsAreCancelled) {
    const auto space = workspace();
    const Client client = connect(space, "analyst");
    ASSERT_EQ(read_some(client.socket), "hello");
    const auto sessions = fleet_->sessions(space.id);
    ASSERT_EQ(sessions.size(), 1U);
    ASSERT_TRUE(sessions[0].activity.has_value());
    EXPECT_EQ(sessions[0].activity->query, "SELECT 1");
    EXPECT_EQ(sessions[0].activity->state, link::SessionState::kActive);
    EXPECT_FALSE(fleet_->all_sessions().at(0).activity.has_value());
    EXPECT_TRUE(fleet_->cancel_statement(space.id, client.id, CancelReason::kUser));
    EXPECT_EQ(read_some(client.socket), "cancel");
    EXPECT_FALSE(fleet_->cancel_statement(space.id, SessionId("sess_other"), CancelReason::kUser));
}

TEST_F(FleetTest, AChangedLimitIsInForceWhenTheChangeReturns) {
    auto space = workspace();
    const Client client = connect(space, "analyst");
    ASSERT_EQ(read_some(client.socket), "hello");
    space.limits.max_result_rows = 4711;  // the worker takes its time with it
    fleet_->set_limits(space);
    std::string told(64, '\0');
    const ssize_t count = ::recv(client.socket.get(), told.data(), told.size(), MSG_DONTWAIT);
    ASSERT_GT(count, 0);
    EXPECT_EQ(told.substr(0, static_cast<std::size_t>(count)), "limited");
}

TEST_F(FleetTest, StartsAWorkerAndHandsTheSocketOver) {
    const auto space = workspace();
    EXPECT_FALSE(fleet_->warm(space.id));
    const Client client = connect(space, "analyst");
    ASSERT_TRUE(client.adopted);
    EXPECT_EQ(read_some(client.socket), "hello");
    EXPECT_TRUE(fleet_->warm(space.id));
    ASSERT_EQ(fleet_->sessions(space.id).size(), 1U);
    EXPECT_EQ(fleet_->sessions(space.id)[0].id, client.id);
}

TEST_F(FleetTest, AWorkerIsSharedByItsSessionsAndByConcurrentStarts) {
    const auto space = workspace();
    std::vector<std::thread> threads;
    std::atomic<int> greeted = 0;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&] { greeted += read_some(connect(space, "analyst").socket) == "hello" ? 1 : 0; });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(greeted, 8);
    EXPECT_EQ(fleet_->totals().workers, 1U);
}

TEST_F(FleetTest, AFailedStartGivesTheWorkersReason) {
    const Client client = connect(workspace("broken", "bbbb0001"), "analyst");
    ASSERT_FALSE(client.adopted);
    EXPECT_EQ(client.adopted.error().code, sqlstate::kDataCorrupted);
    EXPECT_EQ(*client.ended, 0);
    EXPECT_EQ(fleet_->totals().failed_starts, 1U);
    const Client next = connect(workspace(), "analyst");
    EXPECT_TRUE(next.adopted);
    EXPECT_EQ(fleet_->totals().failed_starts, 0U);
}

TEST_F(FleetTest, EnginesAreAskedAndThoseThatHangAreNamed) {
    EXPECT_TRUE(fleet_->check_engines(10s).empty());
    const Client well = connect(workspace("shop", "aaaa0001"), "analyst");
    const Client sick = connect(workspace("sick", "dddd0001"), "analyst");
    auto checks = fleet_->check_engines(10s);
    ASSERT_EQ(checks.size(), 2U);
    std::ranges::sort(checks, {}, [](const EngineCheck& check) { return check.workspace.value(); });
    EXPECT_FALSE(checks[0].error);
    EXPECT_EQ(checks[0].taken, 7us);
    ASSERT_TRUE(checks[1].error);
    EXPECT_EQ(checks[1].error->message, "the engine is ill");
    fleet_->end_worker(WorkspaceId("dddd0001"), CancelReason::kAdmin);
    const Client mute = connect(workspace("mute", "eeee0001"), "analyst");
    checks = fleet_->check_engines(100ms);
    std::ranges::sort(checks, {}, [](const EngineCheck& check) { return check.workspace.value(); });
    ASSERT_EQ(checks.size(), 2U);
    ASSERT_TRUE(checks[1].error);
    EXPECT_EQ(checks[1].error->message, "the engine has not answered in time");
    const std::string exported = metrics_.scrape();
    EXPECT_NE(exported.find("smew_engine_checks_total{status=\"success\"} 2\n"), std::string::npos) << exported;
    EXPECT_NE(exported.find("smew_engine_checks_total{status=\"error\"} 2\n"), std::string::npos) << exported;
}

TEST_F(FleetTest, AWorkerThatDoesNotAnswerIsEndedAtItsDeadline) {
    settings_.worker_start_timeout_seconds = std::chrono::seconds(1);
    const Client client = connect(workspace("silent", "cccc0001"), "analyst");
    ASSERT_FALSE(client.adopted);
    EXPECT_EQ(client.adopted.error().code, sqlstate::kCannotConnectNow);
}

TEST_F(FleetTest, ALostWorkerIsToldToItsClientsAndReplaced) {
    const auto space = workspace();
    const Client calm = connect(space, "analyst");
    EXPECT_EQ(read_some(calm.socket), "hello");
    const Client killer = connect(space, "crash");

    const std::string told = read_some(calm.socket);
    ByteSpan input = as_bytes(told);
    const pgproto::Frame frame = pgproto::take_frame(input, 10000);
    ASSERT_EQ(frame.type, 'E');
    const auto message = pgproto::parse_backend('E', frame.body).value();
    EXPECT_EQ(std::get<pgproto::ErrorResponse>(message).severity, "FATAL");
    EXPECT_EQ(std::get<pgproto::ErrorResponse>(message).error.code, sqlstate::kCrashShutdown);
    EXPECT_EQ(read_some(calm.socket), "");
    expect_ended(calm);

    EXPECT_EQ(read_some(connect(space, "analyst").socket), "hello");
}

TEST_F(FleetTest, ASessionThatEndsGivesItsPlaceBack) {
    const auto space = workspace();
    const Client client = connect(space, "leave");
    expect_ended(client);
    EXPECT_TRUE(fleet_->sessions(space.id).empty());
    EXPECT_EQ(read_some(client.socket), "");
}

TEST_F(FleetTest, CancelReachesTheSessionOnlyWithItsKey) {
    const auto space = workspace();
    const Client client = connect(space, "analyst");
    EXPECT_EQ(read_some(client.socket), "hello");
    fleet_->cancel(client.key.pid, "nope");
    fleet_->cancel(client.key.pid + 1, client.key.secret);
    fleet_->cancel(client.key.pid, client.key.secret);
    EXPECT_EQ(read_some(client.socket), "cancel");
    EXPECT_TRUE(fleet_->end_session(space.id, client.id, CancelReason::kAdmin));
    EXPECT_EQ(read_some(client.socket), "ended");
}

TEST_F(FleetTest, DisconnectKnowsItsSessions) {
    const auto space = workspace();
    const Client one = connect(space, "analyst");
    const Client two = connect(space, "analyst");
    EXPECT_FALSE(fleet_->end_session(space.id, SessionId("sess_0"), CancelReason::kAdmin));
    EXPECT_FALSE(fleet_->end_session(WorkspaceId("other"), one.id, CancelReason::kAdmin));
    EXPECT_EQ(fleet_->end_sessions(space.id, CancelReason::kAdmin), 2U);
    expect_ended(one);
    expect_ended(two);
}

TEST_F(FleetTest, JobsRunOneAfterAnotherInALoader) {
    workspace();
    const auto project = store_->project(ProjectId("shop")).value();
    for (std::uint64_t limit = 1; limit <= 5; ++limit) {
        const auto outcome =
            fleet_->run_job(project, link::PreviewJob{.table_file = "x", .columns = {}, .limit = limit});
        ASSERT_TRUE(outcome);
        EXPECT_EQ(outcome->rows, limit);
    }
    EXPECT_EQ(fleet_->totals().loaders, 1U);
}

TEST_F(FleetTest, AJobFailsWithTheLoadersErrorOrItsEnd) {
    workspace();
    const auto project = store_->project(ProjectId("shop")).value();
    const auto bad = fleet_->run_job(project, link::PreviewJob{.table_file = "bad", .columns = {}});
    ASSERT_FALSE(bad);
    EXPECT_EQ(bad.error().code, sqlstate::kSyntaxError);
    const auto crashed = fleet_->run_job(project, link::PreviewJob{.table_file = "crash", .columns = {}});
    ASSERT_FALSE(crashed);
    EXPECT_EQ(crashed.error().code, sqlstate::kSystemError);
    EXPECT_TRUE(fleet_->run_job(project, link::PreviewJob{.table_file = "x", .columns = {}}));
}

TEST_F(FleetTest, ConcurrentJobsOfTwoProjectsShareTheLoadersAllowed) {
    workspace("shop", "aaaa0001");
    workspace("farm", "dddd0001");
    std::atomic<int> done = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 6; ++i) {
        threads.emplace_back([&, i] {
            const auto project = store_->project(ProjectId(i % 2 == 0 ? "shop" : "farm")).value();
            done += fleet_->run_job(project, link::PreviewJob{.table_file = "x", .columns = {}}) ? 1 : 0;
        });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(done, 6);
}

TEST_F(FleetTest, ShutdownEndsEverythingAndRefusesMore) {
    const auto space = workspace();
    const Client client = connect(space, "analyst");
    fleet_->shutdown(100ms);
    expect_ended(client);
    EXPECT_EQ(fleet_->totals().workers, 0U);
    EXPECT_FALSE(connect(space, "analyst").adopted);
}

}  // namespace
}  // namespace smew::fleet
