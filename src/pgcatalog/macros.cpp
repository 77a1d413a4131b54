#include "pgcatalog/macro_groups.hpp"

#include <vector>

namespace smew::pgcatalog {
namespace {

std::vector<Macro> gather() {
    std::vector<Macro> all;
    for (const auto group : {array_macros(), json_macros(), number_macros(), privilege_macros(), system_macros(),
                             text_macros(), time_macros()}) {
        all.insert(all.end(), group.begin(), group.end());
    }
    return all;
}

}  // namespace

std::span<const Macro> macros() {
    static const std::vector<Macro> kAll = gather();
    return kAll;
}

}  // namespace smew::pgcatalog
