#pragma once
// Names as PostgreSQL writes them back: quoted only where they must be. Internal to engine/.

#include <string>

namespace smew::engine {

// orders, "Orders", "order"
std::string quoted_name(const std::string& name);

}  // namespace smew::engine
