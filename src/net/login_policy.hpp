#pragma once
// How failed logins are throttled, out of the settings. All doors share one LoginThrottle.

#include "auth/login_throttle.hpp"
#include "config/settings.hpp"

namespace smew::net {

inline auth::ThrottlePolicy login_policy(const config::Settings& settings) {
    return {.failure_limit = settings.auth_failure_limit,
            .window = settings.auth_failure_window_seconds,
            .ban = settings.auth_ban_seconds};
}

}  // namespace smew::net
