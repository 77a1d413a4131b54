#include "worker/session_pool.hpp"

#include "worker/testing.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <set>
#include <sys/socket.h>

namespace smew::worker {
namespace {

using pgsession::Session;
using testing::eventually;
using testing::FakeSession;
using Next = Session::Next;

// Answers each byte with the same byte; ends when the client closes or says 'X'.
Next echo(FakeSession& session) {
    char byte = 0;
    for (;;) {
        const ssize_t count = ::recv(session.fd(), &byte, 1, MSG_DONTWAIT);
        if (count == 0 || byte == 'X') return Next::kClosed;
        if (count < 0) return Next::kWaitReadable;
        if (::send(session.fd(), &byte, 1, MSG_NOSIGNAL) != 1) return Next::kClosed;
    }
}

// One byte a turn: what was answered was answered in a turn of its own.
Next echo_once(FakeSession& session) {
    char byte = 0;
    const ssize_t count = ::recv(session.fd(), &byte, 1, MSG_DONTWAIT);
    if (count == 0) return Next::kClosed;
    if (count > 0) (void)::send(session.fd(), &byte, 1, MSG_NOSIGNAL);
    return Next::kWaitReadable;
}

struct Client {
    explicit Client(UniqueFd its_socket) : socket(std::move(its_socket)) {}
    void say(char byte) const { ASSERT_EQ(::send(socket.get(), &byte, 1, MSG_NOSIGNAL), 1); }
    char hear() const {  // 0: closed
        char byte = 0;
        return ::recv(socket.get(), &byte, 1, 0) == 1 ? byte : '\0';
    }
    UniqueFd socket;
};

// Turns that hold their thread until the test lets them go.
class Gate {
public:
    std::atomic<int> inside{0};
    std::atomic<bool> open{false};
    FakeSession::Turn turn() {
        return [this](FakeSession&) {
            ++inside;
            open.wait(false);
            --inside;
            return Next::kClosed;
        };
    }
    void release() {
        open = true;
        open.notify_all();
    }
};

class SessionPoolTest : public ::testing::Test {
protected:
    void open(SessionPool::Options options) {
        pool = std::make_unique<SessionPool>(
            options, SessionPool::Events{.closed = [this](const Session&) { ++closed; }, .woken = [this] { ++woken; }});
    }
    ~SessionPoolTest() override { gate.release(); }
    Client connect(const std::string& id, FakeSession::Turn turn) {
        auto ends = link::make_socket_pair().value();
        EXPECT_TRUE(pool->add(std::make_unique<FakeSession>(id, std::move(ends.first), std::move(turn))));
        return Client(std::move(ends.second));
    }

    std::atomic<int> closed{0}, woken{0};
    Gate gate;  // outlives the pool, whose threads may be in it
    std::unique_ptr<SessionPool> pool;
};

TEST_F(SessionPoolTest, RunsANewSessionAtOnce) {
    open({.base_threads = 1});
    const Client client = connect("a", [](FakeSession& session) {
        (void)::send(session.fd(), "R", 1, 0);
        return Next::kClosed;
    });
    EXPECT_EQ(client.hear(), 'R');
    EXPECT_EQ(client.hear(), '\0');
}

TEST_F(SessionPoolTest, AnswersEachSessionAgainAndAgain) {
    open({.base_threads = 2});
    std::vector<Client> clients;
    for (int i = 0; i < 50; ++i) clients.push_back(connect("s" + std::to_string(i), echo));
    for (int round = 0; round < 20; ++round) {
        for (const Client& client : clients) client.say(static_cast<char>('a' + round));
        for (const Client& client : clients) EXPECT_EQ(client.hear(), static_cast<char>('a' + round));
    }
    EXPECT_EQ(pool->size(), 50U);
    EXPECT_EQ(closed, 0);
}

TEST_F(SessionPoolTest, OneThreadAtATimeRunsASession) {
    open({.base_threads = 4, .max_threads = 4});
    std::atomic<int> inside{0}, most{0}, turns{0};
    const Client client = connect("a", [&](FakeSession& session) {
        most = std::max(most.load(), ++inside);
        ++turns;
        std::this_thread::yield();
        char byte = 0;
        (void)::recv(session.fd(), &byte, 1, MSG_DONTWAIT);  // leaves the rest: armed again, it is ready again
        --inside;
        return Next::kWaitReadable;
    });
    for (int i = 0; i < 500; ++i) client.say('x');
    EXPECT_TRUE(eventually([&] { return turns >= 500; }));
    EXPECT_EQ(most, 1);
}

TEST_F(SessionPoolTest, ForgetsSessionsThatEnd) {
    open({.base_threads = 2});
    const Client one = connect("a", echo), two = connect("b", echo);
    one.say('X');
    EXPECT_EQ(one.hear(), '\0');
    EXPECT_TRUE(eventually([&] { return closed == 1 && pool->size() == 1; }));
    EXPECT_FALSE(pool->with(SessionId("a"), [](Session&) {}));
    EXPECT_TRUE(pool->with(SessionId("b"), [](Session&) {}));
    const Client again = connect("a", echo);
    again.say('y');
    EXPECT_EQ(again.hear(), 'y');
}

TEST_F(SessionPoolTest, EndsTheConnectionThoughAnotherProcessHoldsTheSocket) {
    open({.base_threads = 1});
    auto ends = link::make_socket_pair().value();
    const UniqueFd copy(::fcntl(ends.first.get(), F_DUPFD_CLOEXEC, 0));
    ASSERT_TRUE(pool->add(std::make_unique<FakeSession>("a", std::move(ends.first), echo)));
    const Client client(std::move(ends.second));
    client.say('X');
    EXPECT_EQ(client.hear(), '\0');
    EXPECT_TRUE(eventually([&] { return closed == 1; }));
}

TEST_F(SessionPoolTest, NoticesAClientThatLeft) {
    open({.base_threads = 1});
    { const Client client = connect("a", echo); }
    EXPECT_TRUE(eventually([&] { return closed == 1 && pool->size() == 0; }));
}

TEST_F(SessionPoolTest, RefusesAnIdTwice) {
    open({.base_threads = 1});
    const Client client = connect("a", echo);
    auto ends = link::make_socket_pair().value();
    EXPECT_FALSE(pool->add(std::make_unique<FakeSession>("a", std::move(ends.first), echo)));
    client.say('1');
    EXPECT_EQ(client.hear(), '1');
}

TEST_F(SessionPoolTest, RefusesADescriptorThatCannotBeWatched) {
    open({.base_threads = 1});
    UniqueFd file(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
    EXPECT_FALSE(pool->add(std::make_unique<FakeSession>("a", std::move(file), echo)));
    EXPECT_EQ(pool->size(), 0U);
}

TEST_F(SessionPoolTest, SurvivesASessionThatThrows) {
    open({.base_threads = 1});
    const Client broken = connect("a", [](FakeSession&) -> Next { throw std::bad_alloc(); });
    EXPECT_EQ(broken.hear(), '\0');
    const Client client = connect("b", echo);
    client.say('1');
    EXPECT_EQ(client.hear(), '1');
}

TEST_F(SessionPoolTest, ReplacesThreadsThatAreStuckUpToTheLimit) {
    open({.base_threads = 2, .max_threads = 4});
    std::vector<Client> stuck;
    for (int i = 0; i < 6; ++i) stuck.push_back(connect("s" + std::to_string(i), gate.turn()));
    EXPECT_TRUE(eventually([&] { return gate.inside == 2; }));
    EXPECT_EQ(pool->look().threads, 2U);  // the first look only remembers
    EXPECT_EQ(pool->look().threads, 4U);
    EXPECT_TRUE(eventually([&] { return gate.inside == 4; }));
    pool->look();
    const SessionPool::Look look = pool->look();
    EXPECT_EQ(look.threads, 4U);
    EXPECT_EQ(look.stuck, 4U);
    EXPECT_TRUE(look.active);
    gate.release();
    EXPECT_TRUE(eventually([&] { return closed == 6; }));
}

TEST_F(SessionPoolTest, AStuckStatementDoesNotHoldUpOthers) {
    open({.base_threads = 1, .max_threads = 3});
    const Client slow = connect("slow", gate.turn());
    EXPECT_TRUE(eventually([&] { return gate.inside == 1; }));
    const Client quick = connect("quick", echo);
    quick.say('1');
    pool->look();
    pool->look();
    EXPECT_EQ(quick.hear(), '1');
    gate.release();
}

TEST_F(SessionPoolTest, BusyButMovingThreadsAreNotStuck) {
    open({.base_threads = 1, .max_threads = 4});
    const Client client = connect("a", echo_once);
    for (int i = 0; i < 50; ++i) {
        client.say('1');
        EXPECT_EQ(client.hear(), '1');
        EXPECT_EQ(pool->look().threads, 1U);
    }
}

TEST_F(SessionPoolTest, SpareThreadsEndWhenIdle) {
    open({.base_threads = 1, .max_threads = 3, .spare_idle = std::chrono::milliseconds(1)});
    const Client slow = connect("slow", gate.turn());
    EXPECT_TRUE(eventually([&] { return gate.inside == 1; }));
    pool->look();
    EXPECT_EQ(pool->look().threads, 2U);
    gate.release();
    EXPECT_TRUE(eventually([&] { return pool->look().threads == 1; }));
    const Client client = connect("b", echo);
    client.say('1');
    EXPECT_EQ(client.hear(), '1');
}

TEST_F(SessionPoolTest, WakesItsWatcherOnceAfterItWasQuiet) {
    open({.base_threads = 1});
    const Client client = connect("a", echo);
    client.say('1');
    EXPECT_EQ(client.hear(), '1');
    EXPECT_TRUE(eventually([&] { return !pool->look().active && pool->quiet(); }));
    EXPECT_EQ(woken, 0);
    for (int i = 0; i < 5; ++i) {
        client.say('2');
        EXPECT_EQ(client.hear(), '2');
    }
    EXPECT_EQ(woken, 1);
}

TEST_F(SessionPoolTest, IsNotQuietWhenSomethingRanSinceTheLastLook) {
    open({.base_threads = 1});
    pool->look();
    const Client client = connect("a", echo);
    client.say('1');
    EXPECT_EQ(client.hear(), '1');
    EXPECT_FALSE(pool->quiet());
    EXPECT_EQ(woken, 0);
}

TEST_F(SessionPoolTest, DestructionWaitsForTurnsAndDropsTheRest) {
    open({.base_threads = 2});
    const Client idle = connect("a", echo);
    idle.say('1');
    EXPECT_EQ(idle.hear(), '1');
    pool.reset();
    EXPECT_EQ(idle.hear(), '\0');
    EXPECT_EQ(closed, 0);
}

// A session that waits for its turn costs no thread, goes on when it is called, and loses no call that comes while it
// says that it waits.
TEST(SessionPool, ASessionThatWaitsForItsTurnIsCalled) {
    SessionPool pool({.base_threads = 2, .max_threads = 2}, {.closed = [](const Session&) {}, .woken = [] {}});
    std::array<int, 2> pair{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()), 0);
    const Client client{UniqueFd(pair[0])};
    std::atomic<int> turns{0};
    auto session = std::make_unique<FakeSession>("waits", UniqueFd(pair[1]), [&](FakeSession& self) {
        switch (++turns) {
            case 1:
                return Next::kWaitTurn;
            case 2:
                self.turn_has_come();  // before it has said that it waits
                return Next::kWaitTurn;
            default:
                return echo(self);
        }
    });
    FakeSession& waiting = *session;
    ASSERT_TRUE(pool.add(std::move(session)));
    ASSERT_TRUE(eventually([&] { return turns == 1; }));
    client.say('a');
    waiting.turn_has_come();
    EXPECT_EQ(client.hear(), 'a');
    EXPECT_EQ(turns, 3);
    client.say('b');
    EXPECT_EQ(client.hear(), 'b');
}

}  // namespace
}  // namespace smew::worker
