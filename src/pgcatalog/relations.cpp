#include "pgcatalog/relation_groups.hpp"

#include <vector>

namespace smew::pgcatalog {

std::span<const Relation> relations() {
    static const std::vector<Relation> kAll = [] {
        std::vector<Relation> all;
        for (const auto group :
             {class_relations(), constraint_relations(), dependency_relations(), operator_relations(), type_relations(), server_relations(), statistics_relations(),
              information_schema_relations(), information_schema_constraint_relations(), information_schema_routine_relations()}) {
            all.insert(all.end(), group.begin(), group.end());
        }
        return all;
    }();
    return kAll;
}

}  // namespace smew::pgcatalog
