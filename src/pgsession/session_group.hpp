#pragma once
// What the sessions of one worker, and so of one workspace, share.

#include "pgsession/notification_hub.hpp"
#include "pgsession/write_fence.hpp"

namespace smew::pgsession {

struct SessionGroup {
    WriteFence fence;
    NotificationHub notifications;
};

}  // namespace smew::pgsession
