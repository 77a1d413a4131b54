#pragma once
// The query endpoint's statements under way, by the id their client was given. Thread-safe.

#include "core/ids.hpp"

#include <functional>
#include <mutex>
#include <string>
#include <unordered_map>

namespace smew::http {

class RunningQueries {
public:
    // Listed for as long as it lives.
    class Entry {
    public:
        Entry(RunningQueries& queries, WorkspaceId workspace, std::function<void()> cancel);
        ~Entry();
        Entry(const Entry&) = delete;
        Entry& operator=(const Entry&) = delete;
        const std::string& id() const { return id_; }

    private:
        RunningQueries& queries_;
        const std::string id_;
    };

    // False when the workspace has no such query, or not any more.
    bool cancel(const WorkspaceId& workspace, const std::string& id) const;

private:
    struct Running {
        WorkspaceId workspace;
        std::function<void()> cancel;
    };
    mutable std::mutex mutex_;
    std::unordered_map<std::string, Running> running_;
};

}  // namespace smew::http
