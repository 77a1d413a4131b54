#include "pgcatalog/system_relations.hpp"

#include <algorithm>
#include <array>

namespace smew::pgcatalog {
namespace {

template <class Wanted>
const SystemRelation* first(Wanted&& wanted) {
    for (const auto group : {system_tables(), system_views()}) {
        const auto found = std::ranges::find_if(group, wanted);
        if (found != group.end()) return &*found;
    }
    return nullptr;
}

}  // namespace

std::uint32_t system_relation_oid(std::string_view name) {
    const auto* found = first([&](const SystemRelation& relation) { return relation.name == name; });
    return found == nullptr ? 0 : found->oid;
}

std::string_view system_relation_name(std::uint32_t oid) {
    const auto* found = first([&](const SystemRelation& relation) { return relation.oid == oid; });
    return found == nullptr ? std::string_view() : found->name;
}

}  // namespace smew::pgcatalog
