#pragma once
// Whether the engines of the workspaces answer, as the last check has found.

#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/ids.hpp"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace smew::fleet {

struct EngineCheck {
    WorkspaceId workspace;
    std::optional<Error> error;  // why it did not answer
    std::chrono::microseconds taken{0};
};

// Thread-safe.
class EngineChecks {
public:
    struct Round {
        std::optional<WallTime> at;  // nothing: there was none yet
        std::vector<EngineCheck> checks;

        std::size_t failed() const {
            return static_cast<std::size_t>(
                std::ranges::count_if(checks, [](const EngineCheck& check) { return check.error.has_value(); }));
        }
    };
    void set(Round round) {
        const std::lock_guard lock(mutex_);
        last_ = std::move(round);
    }
    Round last() const {
        const std::lock_guard lock(mutex_);
        return last_;
    }

private:
    mutable std::mutex mutex_;
    Round last_;
};

}  // namespace smew::fleet
