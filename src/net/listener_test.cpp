#include "net/listener.hpp"

#include "core/fd.hpp"
#include "net/address.hpp"
#include "net/task_group.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <fcntl.h>
#include <sys/resource.h>
#include <thread>

namespace smew::net {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using namespace std::chrono_literals;

class ListenerTest : public testing::Test {
protected:
    ~ListenerTest() override {
        group_.cancel();
        group_.wait();
        work_.reset();
        thread_.join();
    }
    void serve(Listener& listener) {
        auto accepted = [this](tcp::socket socket) {
            tcp::no_delay option;
            socket.get_option(option);
            no_delay_ = option.value();
            ++accepted_;
            accepted_.notify_all();
        };
        group_.spawn(listener.executor(), listener.run(accepted));
    }
    static tcp::endpoint target(const Listener& listener) { return *parse_listen_address(listener.address()); }
    boost::system::error_code connect(tcp::socket& socket, const Listener& listener) {
        boost::system::error_code failed;
        socket.connect(target(listener), failed);
        return failed;
    }

    asio::io_context io_;
    asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
    std::thread thread_{[this] { io_.run(); }};
    TaskGroup group_{"listener test"};
    std::atomic<int> accepted_ = 0;
    std::atomic<bool> no_delay_ = false;
};

TEST_F(ListenerTest, TellsThePortItBoundAndAccepts) {
    auto listener = Listener::open(io_, "127.0.0.1:0");
    ASSERT_TRUE(listener);
    EXPECT_TRUE(listener->address().starts_with("127.0.0.1:"));
    EXPECT_NE(listener->address(), "127.0.0.1:0");
    serve(*listener);
    tcp::socket client(io_);
    ASSERT_FALSE(connect(client, *listener));
    accepted_.wait(0);
    EXPECT_TRUE(no_delay_);
}

TEST_F(ListenerTest, ASecondOneOnTheSamePortIsAnErrorThatNamesIt) {
    auto first = Listener::open(io_, "127.0.0.1:0");
    ASSERT_TRUE(first);
    const auto second = Listener::open(io_, first->address());
    ASSERT_FALSE(second);
    EXPECT_NE(second.error().message.find(first->address()), std::string::npos);
    EXPECT_EQ(second.error().code, sqlstate::kSystemError);
}

TEST_F(ListenerTest, AfterCloseConnectionsAreRefused) {
    auto listener = Listener::open(io_, "127.0.0.1:0");
    ASSERT_TRUE(listener);
    serve(*listener);
    listener->close();
    group_.wait();
    tcp::socket client(io_);
    EXPECT_EQ(connect(client, *listener), asio::error::connection_refused);
}

// Lowers the limit on descriptors to those in use, for its life.
class NoDescriptorsLeft {
public:
    NoDescriptorsLeft() {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        const UniqueFd probe(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        rlimit none = before_;
        none.rlim_cur = static_cast<rlim_t>(probe.get());
        ::setrlimit(RLIMIT_NOFILE, &none);
    }
    ~NoDescriptorsLeft() { ::setrlimit(RLIMIT_NOFILE, &before_); }

private:
    rlimit before_{};
};

TEST_F(ListenerTest, SurvivesRunningOutOfDescriptors) {
    auto listener = Listener::open(io_, "127.0.0.1:0");
    ASSERT_TRUE(listener);
    tcp::socket client(io_, tcp::v4());
    {
        const NoDescriptorsLeft scarce;
        serve(*listener);
        ASSERT_FALSE(connect(client, *listener));
        EXPECT_FALSE(group_.wait_for(50ms)) << "still accepting";
        EXPECT_EQ(accepted_, 0);
    }
    accepted_.wait(0);
    EXPECT_EQ(accepted_, 1);
}

}  // namespace
}  // namespace smew::net
