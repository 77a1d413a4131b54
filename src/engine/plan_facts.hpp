#pragma once
// What a bound plan tells besides its rows: which columns of the result are plain columns of tables, and whether the
// change it makes could be made again. Internal to engine/.

#include "engine/engine.hpp"

#include <duckdb/planner/logical_operator.hpp>

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace smew::engine {

class SessionState;

struct PlanFacts {
    std::vector<ColumnOrigin> origins;  // one for each column, or none at all
    std::set<std::string> tables;       // that the plan scans, by their names in lower case
    bool repeatable = false;
    bool filters_by_settings = false;  // rows are compared with settings of the session, as row filters of views do
};

// `changes`: the statement is one that may change something.
PlanFacts facts_of(duckdb::LogicalOperator& plan, SessionState& session, bool changes);

}  // namespace smew::engine
