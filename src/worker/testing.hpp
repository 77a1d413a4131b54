#pragma once
// What the tests of this room share. Included by *_test.cpp only.

#include "link/channel.hpp"
#include "pgsession/session.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <sys/wait.h>
#include <thread>

namespace smew::worker::testing {

// True as soon as `predicate` holds; false when it does not within `limit`.
inline bool eventually(const std::function<bool()>& predicate,
                       std::chrono::milliseconds limit = std::chrono::seconds(20)) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (!predicate()) {
        if (std::chrono::steady_clock::now() >= deadline) return false;
        std::this_thread::yield();
    }
    return true;
}

// A directory of the test's own, removed with it.
class ScratchDir {
public:
    ScratchDir() {
        std::string name = (std::filesystem::temp_directory_path() / "smew-worker-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~ScratchDir() { std::filesystem::remove_all(path_); }
    ScratchDir(const ScratchDir&) = delete;
    ScratchDir& operator=(const ScratchDir&) = delete;
    std::string operator/(const std::string& name) const { return path_ + "/" + name; }
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

// Runs `body` in a forked child, which exits with what it returns; gives the status of waitpid.
inline int in_child(const std::function<int()>& body) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(body());
    int status = -1;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return status;
}

inline bool exited_with(int status, int code) {
    return WIFEXITED(status) && WEXITSTATUS(status) == code;
}

// A session whose turns the test scripts.
class FakeSession : public pgsession::Session {
public:
    using Turn = std::function<Next(FakeSession&)>;

    FakeSession(std::string id, UniqueFd socket, Turn turn) : socket_(std::move(socket)), turn_(std::move(turn)) {
        info_.session = SessionId(std::move(id));
    }

    Next run() override { return turn_(*this); }
    void cancel_statement(CancelReason) override {}
    void end(CancelReason) override {}
    std::chrono::milliseconds check_deadlines(std::chrono::steady_clock::time_point) override { return {}; }
    void last_words(const Error& error) override { last_error = error; }
    int fd() const override { return socket_.get(); }
    int wait_fd() const override { return socket_.get(); }
    const link::AdoptSession& info() const override { return info_; }
    bool running() const override { return false; }
    link::QueryWait waiting() const override { return link::QueryWait::kNone; }
    void on_turn(std::function<void()> call) override { turn_has_come = std::move(call); }
    bool growing() const override { return false; }
    std::uint64_t statements() const override { return 0; }
    std::uint64_t bytes_sent() const override { return 0; }
    link::SessionActivity activity() const override { return {.session = info_.session}; }

    std::optional<Error> last_error;
    std::function<void()> turn_has_come;

private:
    link::AdoptSession info_;
    UniqueFd socket_;
    Turn turn_;
};

}  // namespace smew::worker::testing
