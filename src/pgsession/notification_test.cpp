#include "pgsession/session_fixture.hpp"

#include <poll.h>

namespace smew::pgsession::testing {
namespace {

class NotificationTest : public SessionTest {
protected:
    NotificationTest()
        : listener(instance, TestClient::default_info(), {}, group), sender(instance, info(7), {}, group) {
        listener.start();
        sender.start();
    }
    static link::AdoptSession info(std::int32_t pid) {
        link::AdoptSession info = TestClient::default_info();
        info.backend_pid = pid;
        return info;
    }
    static bool is_ready(const Session& session) {
        pollfd poll{session.wait_fd(), POLLIN, 0};
        return ::poll(&poll, 1, 0) == 1;
    }

    SessionGroup group;
    TestClient listener, sender;
};

TEST_F(NotificationTest, ReachesAnIdleListenerAtOnce) {
    EXPECT_EQ(listener.query("listen c"), (Messages{"Done LISTEN", "Ready I"}));
    EXPECT_FALSE(is_ready(listener.session()));
    EXPECT_EQ(sender.query("notify c, 'hello'"), (Messages{"Done NOTIFY", "Ready I"}));
    EXPECT_TRUE(is_ready(listener.session())) << "its thread is woken without input";
    EXPECT_EQ(listener.exchange(), (Messages{"Notification 7 c hello"}));
    EXPECT_FALSE(is_ready(listener.session()));
}

TEST_F(NotificationTest, OwnOnesComeBeforeReady) {
    listener.query("listen c");
    EXPECT_EQ(listener.query("notify c"), (Messages{"Done NOTIFY", "Notification 4242 c ", "Ready I"}));
}

TEST_F(NotificationTest, AreSentByCommitOnceEach) {
    listener.query("listen c");
    sender.query("begin");
    for (const char* sql : {"notify c, 'a'", "notify c, 'b'", "notify c, 'a'"}) sender.query(sql);
    EXPECT_FALSE(is_ready(listener.session()));
    sender.query("commit");
    EXPECT_EQ(listener.exchange(), (Messages{"Notification 7 c a", "Notification 7 c b"}));
}

TEST_F(NotificationTest, AreDroppedByRollback) {
    listener.query("listen c");
    sender.query("begin");
    sender.query("notify c, 'kept'");
    sender.query("savepoint a");
    sender.query("notify c, 'dropped'");
    sender.query("rollback to a");
    sender.query("commit");
    EXPECT_EQ(listener.exchange(), (Messages{"Notification 7 c kept"}));
    sender.query("begin");
    sender.query("notify c");
    sender.query("rollback");
    sender.query("notify c, 'failed'; insert bad");
    EXPECT_FALSE(is_ready(listener.session()));
}

TEST_F(NotificationTest, WaitForTheEndOfTheListenersTransaction) {
    listener.query("listen c");
    listener.query("begin");
    sender.query("notify c");
    EXPECT_EQ(listener.query("select b from u").back(), "Ready T");
    const Messages ended = listener.query("commit");
    EXPECT_EQ(ended, (Messages{"Done COMMIT", "Notification 7 c ", "Ready I"}));
}

TEST_F(NotificationTest, ListeningIsTransactional) {
    listener.query("begin");
    listener.query("listen c");
    listener.query("rollback");
    sender.query("notify c");
    EXPECT_EQ(listener.query("select b from u").back(), "Ready I");
    listener.query("listen c");
    listener.query("listen \"C\"");
    listener.query("unlisten c");
    sender.query("notify c");
    sender.query("notify \"C\"");
    EXPECT_EQ(listener.exchange(), (Messages{"Notification 7 C "}));
    listener.query("unlisten *");
    sender.query("notify \"C\"");
    EXPECT_FALSE(is_ready(listener.session()));
}

TEST_F(NotificationTest, LimitsAreErrors) {
    EXPECT_EQ(sender.query("notify c, '" + std::string(8000, 'x') + "'").front(),
              "ERROR 22023 payload string too long");
    EXPECT_EQ(sender.query("notify c, '" + std::string(7999, 'x') + "'").front(), "Done NOTIFY");
    EXPECT_EQ(sender.query("notify").front().substr(0, 11), "ERROR 42601");
    EXPECT_EQ(sender.query("notify c, 1").front().substr(0, 11), "ERROR 42601");
    EXPECT_EQ(sender.query("listen").front().substr(0, 11), "ERROR 42601");
}

TEST_F(NotificationTest, AFullMailboxIsTheSendersError) {
    listener.query("listen c");
    listener.query("begin");
    for (std::size_t i = 0; i < Mailbox::kMaxWaiting; ++i) group.notifications.send({{Notification{7, "c", "x"}}});
    EXPECT_EQ(sender.query("notify c").front(), "ERROR 54000 too many notifications in the NOTIFY queue");
    EXPECT_EQ(listener.query("commit").size(), Mailbox::kMaxWaiting + 2);
    EXPECT_EQ(sender.query("notify c").front(), "Done NOTIFY");
}

TEST_F(NotificationTest, AClosedSessionListensNoMore) {
    listener.query("listen c");
    listener.drop_session();
    EXPECT_EQ(sender.query("notify c").front(), "Done NOTIFY");
}

}  // namespace
}  // namespace smew::pgsession::testing
