#include "http/running_queries.hpp"

#include "core/random.hpp"

namespace smew::http {

RunningQueries::Entry::Entry(RunningQueries& queries, WorkspaceId workspace, std::function<void()> cancel)
    : queries_(queries), id_("query_" + random_hex(16)) {
    const std::lock_guard guard(queries_.mutex_);
    queries_.running_.emplace(id_, Running{std::move(workspace), std::move(cancel)});
}

RunningQueries::Entry::~Entry() {
    const std::lock_guard guard(queries_.mutex_);
    queries_.running_.erase(id_);
}

bool RunningQueries::cancel(const WorkspaceId& workspace, const std::string& id) const {
    std::function<void()> cancel;
    {
        const std::lock_guard guard(mutex_);
        const auto found = running_.find(id);
        if (found == running_.end() || found->second.workspace != workspace) return false;
        cancel = found->second.cancel;
    }
    cancel();
    return true;
}

}  // namespace smew::http
