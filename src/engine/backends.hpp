#pragma once
// The sessions of the workspace, as pg_stat_activity, pg_cancel_backend and pg_terminate_backend know them. A session's
// SessionFacts may be this, too; where they are not, there are no other sessions.

#include "core/cancel.hpp"
#include "engine/engine.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace smew::engine {

class Backends {
public:
    struct Backend {
        SessionFacts::Identity identity;
        std::string application_name, state, query;
        // Microseconds since 1970; 0: not yet.
        std::int64_t connected_micros = 0, query_start_micros = 0, state_since_micros = 0;
    };

    virtual ~Backends() = default;
    // The asking one is among them.
    virtual std::vector<Backend> backends() const = 0;
    // Cancels what a session runs (kUser), or ends it (kAdmin). False: there is none of that pid.
    virtual bool signal_backend(std::int32_t backend_pid, CancelReason reason) = 0;
};

}  // namespace smew::engine
