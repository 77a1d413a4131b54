#pragma once
// Takes a profile of this process's CPU time when the gateway asks for one. The names are the gateway's work: it runs
// the same program, and knows where its files are.

#include "link/channel.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>

namespace smew::worker {

class ProfileTaker {
public:
    explicit ProfileTaker(link::Channel& channel) : channel_(channel) {}
    // Breaks off the one under way.
    ~ProfileTaker();
    ProfileTaker(const ProfileTaker&) = delete;
    ProfileTaker& operator=(const ProfileTaker&) = delete;

    // Answers when it is taken, from a thread of its own; 55000 when another one is.
    void take(const link::TakeProfile& order);

private:
    link::ProfileTaken taken(const link::TakeProfile& order);
    bool wait(std::chrono::milliseconds time);

    link::Channel& channel_;
    std::atomic<bool> busy_{false};
    std::mutex mutex_;
    std::condition_variable changed_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace smew::worker
