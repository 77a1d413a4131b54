#pragma once
// The sessions of a workspace as they find each other: for pg_stat_activity, pg_cancel_backend and
// pg_terminate_backend. Thread-safe.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>

namespace smew::pgsession {

class Session;

class SessionRoster {
public:
    using WallTime = std::chrono::system_clock::time_point;

    void enter(std::int32_t backend_pid, Session& session) {
        const std::lock_guard lock(mutex_);
        sessions_[backend_pid] = {&session, std::chrono::system_clock::now()};
    }
    // From then on nobody has it in hand.
    void leave(std::int32_t backend_pid, const Session& session) {
        const std::lock_guard lock(mutex_);
        const auto found = sessions_.find(backend_pid);
        if (found != sessions_.end() && found->second.session == &session) sessions_.erase(found);
    }
    // `visit` must not block. False: there is no such session.
    bool with(std::int32_t backend_pid, const std::function<void(Session&)>& visit) const {
        const std::lock_guard lock(mutex_);
        const auto found = sessions_.find(backend_pid);
        if (found == sessions_.end()) return false;
        visit(*found->second.session);
        return true;
    }
    // With the time at which each entered.
    void for_each(const std::function<void(Session&, WallTime)>& visit) const {
        const std::lock_guard lock(mutex_);
        for (const auto& [pid, member] : sessions_) visit(*member.session, member.entered);
    }

private:
    struct Member {
        Session* session = nullptr;
        WallTime entered{};
    };
    mutable std::mutex mutex_;
    std::map<std::int32_t, Member> sessions_;
};

}  // namespace smew::pgsession
