// The test program is also the worker that the fleet starts: `fleet_test worker`. It speaks the link, and behaves as
// the adopted session's user name says.

#include "link/channel.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <map>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>

namespace smew::fleet {
namespace {

constexpr std::uint64_t kToldRows = 4711;  // as fleet_test.cpp has it

class FakeWorker {
public:
    int run() {
        while (auto received = channel_.receive()) {
            if (!*received) return 0;
            std::visit([&](auto& message) { on(message, (*received)->fd); }, (*received)->message);
            if (done_) return 0;
        }
        return 1;
    }

private:
    void on(link::Start& start, UniqueFd&) {
        if (start.project.value() == "broken") {
            reply(link::StartFailed{Error{sqlstate::kDataCorrupted, "the file is no database", "", ""}});
            std::_Exit(1);
        }
        if (start.project.value() == "silent") {
            for (;;) ::pause();
        }
        mute_ = start.project.value() == "mute";
        if (start.project.value() == "sick") illness_ = Error{sqlstate::kInternalError, "the engine is ill", "", ""};
        reply(link::Ready{});
    }

    void on(link::AdoptSession& session, UniqueFd& socket) {
        if (session.user == "crash") ::raise(SIGKILL);
        if (session.user == "leave") {
            ::shutdown(socket.get(), SHUT_RDWR);
            reply(link::SessionClosed{session.session, 3, 100});
            return;
        }
        ::send(socket.get(), "hello", 5, MSG_NOSIGNAL);
        sockets_[session.session] = std::move(socket);
    }

    void on(link::CancelStatement& cancel, UniqueFd&) { tell(cancel.session, "cancel"); }
    void on(link::EndSession& end, UniqueFd&) {
        tell(end.session, "ended");
        sockets_.erase(end.session);
        reply(link::SessionClosed{end.session, 0, 0});
    }
    void on(link::RunJob& job, UniqueFd&) {
        const auto* preview = std::get_if<link::PreviewJob>(&job.work);
        if (preview != nullptr && preview->table_file == "crash") ::raise(SIGKILL);
        link::JobDone done{.job = job.job, .error = {}, .outcome = {}};
        done.outcome.rows = preview != nullptr ? preview->limit : 0;
        if (preview != nullptr && preview->table_file == "bad")
            done.error = Error{sqlstate::kSyntaxError, "bad", "", ""};
        reply(done);
    }
    void on(link::ListSessions& question, UniqueFd&) {
        link::SessionsListed answer{.request = question.request};
        for (auto& [id, socket] : sockets_) {
            answer.sessions.push_back(
                {.session = id, .state = link::SessionState::kActive, .query = "SELECT 1", .statements = 7});
        }
        reply(answer);
    }
    // Obeys after a while, and tells its clients then.
    void on(link::SetLimits& order, UniqueFd&) {
        if (order.limits.max_result_rows != kToldRows) return;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        for (auto& [id, socket] : sockets_) tell(id, "limited");
    }
    void on(link::CheckEngine& question, UniqueFd&) {
        if (!mute_) reply(link::EngineChecked{.request = question.request, .error = illness_, .taken_us = 7});
    }
    void on(link::Shutdown&, UniqueFd&) { done_ = true; }
    // A question of ours, asked because the test adopted a session named so, comes back as text on that socket.
    void on(link::TableResolved& resolved, UniqueFd&) {
        for (auto& [id, socket] : sockets_) tell(id, resolved.table ? resolved.table->name : "unknown");
    }
    template <class Other>
    void on(Other&, UniqueFd&) {}

    void tell(const SessionId& session, std::string_view text) {
        const auto found = sockets_.find(session);
        if (found != sockets_.end()) ::send(found->second.get(), text.data(), text.size(), MSG_NOSIGNAL);
    }
    void reply(const link::Message& message) {
        if (!channel_.send(message)) std::_Exit(2);
    }

    link::Channel channel_{UniqueFd(3)};
    std::map<SessionId, UniqueFd> sockets_;
    bool done_ = false;
    bool mute_ = false;
    std::optional<Error> illness_;
};

}  // namespace

int run_fake_worker() {
    return FakeWorker().run();
}

}  // namespace smew::fleet

int main(int argc, char** argv) {
    if (argc > 1 && std::string_view(argv[1]) == "worker") return smew::fleet::run_fake_worker();
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
