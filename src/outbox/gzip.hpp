#pragma once
// gzip in memory.

#include <string>
#include <string_view>

namespace smew::outbox {

std::string gzip(std::string_view text);

}  // namespace smew::outbox
