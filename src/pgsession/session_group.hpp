#pragma once
// What the sessions of one worker, and so of one workspace, share.

#include "pgsession/live_limits.hpp"
#include "pgsession/notification_hub.hpp"
#include "pgsession/write_fence.hpp"

namespace smew::pgsession {

struct SessionGroup {
    WriteFence fence;
    LiveLimits limits;
    NotificationHub notifications;
};

}  // namespace smew::pgsession
