#pragma once
// What the gateway keeps of a session whose socket a worker serves.

#include "core/fd.hpp"
#include "fleet/fleet.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace smew::fleet {

struct LiveSession {
    SessionInfo info;
    std::int32_t backend_pid = 0;
    std::string cancel_key;
    bool internal = false;
    UniqueFd socket_copy;  // to tell the client when the worker is lost; none under TLS, where the relay does
    std::unique_ptr<Admission> admission;
    std::function<void(std::optional<Error>)> ended;

    // Gives everything back. With an error, the client is told it first, as far as its socket takes it.
    void finish(std::optional<Error> error);
};

}  // namespace smew::fleet
