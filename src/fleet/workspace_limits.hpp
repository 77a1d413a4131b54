#pragma once
// The limits of a workspace: its own where it has any, else those of the instance.

#include "catalog/store.hpp"
#include "config/settings.hpp"
#include "link/messages.hpp"

namespace smew::fleet {

link::WorkspaceLimits limits_of(const catalog::Workspace& workspace, const config::Settings& settings);

}  // namespace smew::fleet
