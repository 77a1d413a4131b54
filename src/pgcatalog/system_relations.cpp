#include "pgcatalog/system_relations.hpp"

#include <algorithm>
#include <initializer_list>

namespace smew::pgcatalog {
namespace {

template <class Wanted>
const SystemRelation* first(std::initializer_list<std::span<const SystemRelation>> groups, Wanted&& wanted) {
    for (const auto group : groups) {
        const auto found = std::ranges::find_if(group, wanted);
        if (found != group.end()) return &*found;
    }
    return nullptr;
}

}  // namespace

std::uint32_t system_relation_oid(std::string_view schema, std::string_view name) {
    const auto named = [&](const SystemRelation& relation) { return relation.name == name; };
    const auto* found = schema == "pg_catalog" ? first({system_tables(), system_views()}, named)
                                               : first({information_schema_views()}, named);
    return found == nullptr ? 0 : found->oid;
}

std::string_view system_relation_name(std::uint32_t oid) {
    const auto* found =
        first({system_tables(), system_views()}, [&](const SystemRelation& relation) { return relation.oid == oid; });
    return found == nullptr ? std::string_view() : found->name;
}

}  // namespace smew::pgcatalog
