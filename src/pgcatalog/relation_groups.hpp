#pragma once
// The relations that are filled, by topic. Internal to pgcatalog/.

#include "pgcatalog/definitions.hpp"

namespace smew::pgcatalog {

std::span<const Relation> class_relations();
std::span<const Relation> constraint_relations();
std::span<const Relation> dependency_relations();
std::span<const Relation> operator_relations();
std::span<const Relation> type_relations();
std::span<const Relation> server_relations();
std::span<const Relation> statistics_relations();
std::span<const Relation> information_schema_relations();
std::span<const Relation> information_schema_constraint_relations();
std::span<const Relation> information_schema_routine_relations();

}  // namespace smew::pgcatalog
