#include "pgsession/session_fixture.hpp"

#include <algorithm>
#include <thread>

namespace smew::pgsession::testing {
namespace {

using namespace std::chrono_literals;

bool has(const Messages& messages, const std::string& wanted) {
    return std::ranges::find(messages, wanted) != messages.end();
}

TEST(Greeting, TellsWhatDriversNeed) {
    Stage stage;
    FakeInstance instance(stage);
    link::AdoptSession info = TestClient::default_info();
    info.parameters = {{"user", "ws_1_user"},          {"database", "workspace_1"}, {"application_name", "psql"},
                       {"client_encoding", "'utf-8'"}, {"DateStyle", "ISO, DMY"},   {"TimeZone", "europe/prague"}};
    info.parameters[3].second = "unicode";
    TestClient client(instance, info);
    const Messages messages = client.exchange();
    EXPECT_EQ(messages.front(), "Authentication 0");
    for (const char* wanted :
         {"Status server_version=15.8", "Status server_encoding=UTF8", "Status client_encoding=UTF8",
          "Status DateStyle=ISO, DMY", "Status IntervalStyle=postgres", "Status TimeZone=Europe/Prague",
          "Status integer_datetimes=on", "Status standard_conforming_strings=on", "Status application_name=psql",
          "Status is_superuser=off", "Status session_authorization=ws_1_user", "Status in_hot_standby=off",
          "Status default_transaction_read_only=off"}) {
        EXPECT_TRUE(has(messages, wanted)) << wanted;
    }
    EXPECT_EQ(messages[messages.size() - 2], "Key 4242 ABCD");
    EXPECT_EQ(messages.back(), "Ready I");
    EXPECT_EQ(client.next, Session::Next::kWaitReadable);
}

Messages greeting_with(std::string name, std::string value) {
    Stage stage;
    FakeInstance instance(stage);
    link::AdoptSession info = TestClient::default_info();
    info.parameters = {{std::move(name), std::move(value)}};
    TestClient client(instance, info);
    return client.exchange();
}

TEST(Greeting, BadParametersAreFatal) {
    EXPECT_EQ(
        greeting_with("client_encoding", "LATIN1"),
        (Messages{"Authentication 0", "FATAL 22023 invalid value for parameter \"client_encoding\": \"LATIN1\""}));
    EXPECT_EQ(greeting_with("no_such_thing", "1").back(),
              "FATAL 42704 unrecognized configuration parameter \"no_such_thing\"");
    EXPECT_EQ(greeting_with("TimeZone", "Mars/Olympus").back(),
              "FATAL 22023 invalid value for parameter \"TimeZone\": \"Mars/Olympus\"");
    EXPECT_EQ(greeting_with("replication", "database").back(), "FATAL 0A000 replication connections are not supported");
    EXPECT_EQ(greeting_with("options", "--nonsense").back().substr(0, 11), "FATAL 42601");
    EXPECT_EQ(greeting_with("server_version", "9").back().substr(0, 11), "FATAL 55P02");
}

TEST(Greeting, OptionsAndDottedNamesAreTaken) {
    EXPECT_EQ(greeting_with("myapp.user", "me").back(), "Ready I");
    EXPECT_EQ(greeting_with("_pq_.feature", "1").back(), "Ready I");
    const Messages messages = greeting_with("options", "-c timezone=UTC --application-name=a\\ b -cgeo.x=1");
    EXPECT_TRUE(has(messages, "Status application_name=a b"));
}

TEST(Greeting, AnswersWhatWasReadAhead) {
    Stage stage;
    stage.scripts["select 1"] = {.columns = {"1"}, .rows = {{1}}};
    FakeInstance instance(stage);
    link::AdoptSession info = TestClient::default_info();
    std::vector<std::uint8_t> bytes;
    pg::write(bytes, pg::Query{"select 1"});
    info.read_ahead.assign(bytes.begin(), bytes.end() - 3);
    TestClient client(instance, info);
    EXPECT_EQ(client.exchange().back(), "Ready I");
    client.add_raw(std::string(bytes.end() - 3, bytes.end()));
    EXPECT_EQ(client.exchange(), (Messages{"Columns 1:23", "Row 1", "Done SELECT 1", "Ready I"}));
}

TEST_F(SessionTest, MessagesInPiecesAreAnsweredWhenWhole) {
    std::vector<std::uint8_t> bytes;
    pg::write(bytes, pg::Query{"select 1"});
    for (std::size_t i = 0; i + 1 < bytes.size(); ++i) {
        client.add_raw(std::string(1, static_cast<char>(bytes[i])));
        ASSERT_EQ(client.exchange(), Messages{}) << i;
    }
    client.add_raw(std::string(1, '\0'));
    EXPECT_EQ(client.exchange().back(), "Ready I");
}

TEST_F(SessionTest, MegabytesInOneMessage) {
    const std::string sql = "select '" + std::string(3'000'000, 'x') + "'";
    stage.scripts[sql] = {.columns = {"a"}, .rows = {{1}}};
    EXPECT_EQ(client.query(sql).back(), "Ready I");
    EXPECT_EQ(client.query("select 1").back(), "Ready I");
}

TEST_F(SessionTest, OversizedAndBrokenFramesEndTheSession) {
    for (const std::string& bytes :
         {std::string("Q\x7f\xff\xff\xff", 5), std::string("Q\0\0\0\3", 5), std::string("\0\0\0\0\4", 5),
          std::string("p\0\0\0\x09pass\0", 10), std::string("!\0\0\0\4", 5)}) {
        TestClient other(instance);
        other.start();
        const Messages messages = other.add_raw(bytes).exchange();
        ASSERT_EQ(messages.size(), 1U);
        EXPECT_EQ(messages.front().substr(0, 11), "FATAL 08P01");
        EXPECT_EQ(other.next, Session::Next::kClosed);
    }
}

TEST_F(SessionTest, MalformedExtendedMessageSkipsToSync) {
    client.add_raw(std::string("B\0\0\0\5\0", 6)).add(pg::Parse{"", "select 1", {}}).add(pg::Sync{});
    const Messages messages = client.exchange();
    EXPECT_EQ(messages[0].substr(0, 11), "ERROR 08P01");
    EXPECT_EQ(messages[1], "Ready I");
}

TEST_F(SessionTest, TerminateAndHangUpClose) {
    client.add(pg::Terminate{}).exchange();
    EXPECT_EQ(client.next, Session::Next::kClosed);
    TestClient other(instance);
    other.start();
    other.query("begin");
    other.query("insert into t values (1)");
    log();
    other.close();
    EXPECT_EQ(other.session().run(), Session::Next::kClosed);
    EXPECT_EQ(log().back(), "ROLLBACK");
}

TEST_F(SessionTest, EndTellsAnIdleClientWhy) {
    client.session().end(CancelReason::kAdmin);
    EXPECT_EQ(client.exchange(), (Messages{"FATAL 57P01 terminating connection due to administrator command"}));
    EXPECT_EQ(client.next, Session::Next::kClosed);
    char byte = 0;
    EXPECT_EQ(::recv(client.fd(), &byte, 1, MSG_DONTWAIT), 0);
}

// Runs `act` in another thread while "select wait" runs.
template <class Act>
Messages while_running(Stage& stage, TestClient& client, Act act) {
    std::thread other([&] {
        std::unique_lock lock(stage.mutex);
        stage.changed.wait(lock, [&] { return stage.waiting; });
        lock.unlock();
        act();
    });
    Messages messages = client.query("select wait");
    other.join();
    return messages;
}

TEST_F(SessionTest, CancelEndsTheStatementOnly) {
    const Messages messages =
        while_running(stage, client, [&] { client.session().cancel_statement(CancelReason::kUser); });
    EXPECT_EQ(messages, (Messages{"Columns a:23", "ERROR 57014 canceling statement due to user request", "Ready I"}));
    EXPECT_EQ(client.events.outcomes.back(), StatementOutcome::kCancelled);
    EXPECT_EQ(client.query("select 1").back(), "Ready I");
}

TEST_F(SessionTest, CancelWithoutAStatementHasNoEffect) {
    client.session().cancel_statement(CancelReason::kUser);
    EXPECT_EQ(client.query("select 1").front(), "Columns 1:23");
}

TEST_F(SessionTest, EndInterruptsTheStatement) {
    const Messages messages = while_running(stage, client, [&] { client.session().end(CancelReason::kShutdown); });
    EXPECT_EQ(messages,
              (Messages{"Columns a:23", "FATAL 57P01 terminating connection because the server is shutting down"}));
    EXPECT_EQ(client.next, Session::Next::kClosed);
}

TEST_F(SessionTest, DeadlineEndsTheStatement) {
    client.query("set statement_timeout = '2s'");
    std::chrono::milliseconds late{0};
    const Messages messages = while_running(stage, client, [&] {
        EXPECT_EQ(client.session().check_deadlines(std::chrono::steady_clock::now()), 0ms);
        late = client.session().check_deadlines(std::chrono::steady_clock::now() + 3s);
    });
    EXPECT_EQ(messages[1], "ERROR 57014 canceling statement due to statement timeout");
    EXPECT_GE(late, 900ms);
    EXPECT_EQ(client.events.outcomes.back(), StatementOutcome::kTimeout);
}

TEST_F(SessionTest, VanishedClientEndsTheStatement) {
    while_running(stage, client, [&] {
        client.close();
        client.session().check_deadlines(std::chrono::steady_clock::now());
    });
    EXPECT_EQ(client.next, Session::Next::kClosed);
    EXPECT_EQ(stage.interrupted, CancelReason::kClientGone);
}

TEST_F(SessionTest, IdleSessionsEnd) {
    client.query("set idle_session_timeout = '10s'");
    client.session().check_deadlines(std::chrono::steady_clock::now() + 9s);
    EXPECT_EQ(client.query("select 1").back(), "Ready I");
    client.session().check_deadlines(std::chrono::steady_clock::now() + 11s);
    EXPECT_EQ(client.exchange(), (Messages{"FATAL 57P05 terminating connection due to idle-session timeout"}));
}

TEST_F(SessionTest, SessionsIdleInATransactionEnd) {
    client.query("begin");
    client.query("set idle_in_transaction_session_timeout = 5000");
    client.session().check_deadlines(std::chrono::steady_clock::now() + 6s);
    EXPECT_EQ(client.exchange(), (Messages{"FATAL 25P03 terminating connection due to idle-in-transaction timeout"}));
}

TEST_F(SessionTest, EndReachesAClientThatDoesNotRead) {
    Script& script = stage.scripts["select many"];
    script.columns = {"a"};
    script.chunk_rows = 2'048;
    script.rows.assign(400'000, {123'456'789});
    client.add(pg::Query{"select many"}).send();
    std::thread other([&] {
        while (!client.session().running()) std::this_thread::yield();
        client.session().end(CancelReason::kAdmin);
    });
    EXPECT_EQ(client.session().run(), Session::Next::kClosed);
    other.join();
}

TEST_F(SessionTest, CancelReachesAStreamToASlowClient) {
    Script& script = stage.scripts["select many"];
    script.columns = {"a"};
    script.chunk_rows = 2'048;
    script.rows.assign(400'000, {123'456'789});
    client.add(pg::Query{"select many"}).send();
    // Nobody reads: the session waits for the socket until the cancel, and then for its answer to be taken.
    std::thread other([&] {
        while (client.session().bytes_sent() < 100'000) std::this_thread::yield();
        client.session().cancel_statement(CancelReason::kUser);
        while (client.session().statements() == 0) std::this_thread::yield();
    });
    const Messages messages = client.exchange_when_done(other);
    EXPECT_EQ(messages[messages.size() - 2], "ERROR 57014 canceling statement due to user request");
    EXPECT_EQ(messages.back(), "Ready I");
}

TEST_F(SessionTest, LastWordsAreOneMessage) {
    client.session().last_words({sqlstate::kCrashShutdown, "the worker ended"});
    EXPECT_EQ(client.take_messages(), (Messages{"FATAL 57P02 the worker ended"}));
}

TEST_F(SessionTest, BrokenEngineEndsTheSession) {
    stage.broken = true;
    const Messages messages = client.query("insert bad");
    EXPECT_EQ(messages[1].substr(0, 11), "FATAL 57P02");
    EXPECT_EQ(client.next, Session::Next::kClosed);
}

}  // namespace
}  // namespace smew::pgsession::testing
