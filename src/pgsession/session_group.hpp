#pragma once
// What the sessions of one worker, and so of one workspace, share.

#include "pgsession/large_statements.hpp"
#include "pgsession/live_limits.hpp"
#include "pgsession/notification_hub.hpp"
#include "pgsession/observation.hpp"
#include "pgsession/session_roster.hpp"
#include "pgsession/turns.hpp"
#include "pgsession/write_fence.hpp"

namespace smew::pgsession {

struct SessionGroup {
    WriteFence fence;
    LiveLimits limits;
    NotificationHub notifications;
    Observation observation;
    SessionRoster roster;
    Turns turns;
    LargeStatements large;
    bool reads_only = false;  // clients may change nothing, whatever they set; set before the first session
};

}  // namespace smew::pgsession
