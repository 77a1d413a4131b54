#pragma once
// What the users of `smew load pgwire` run: the scenarios of the seed's Task 8, or one from a TOML file.

#include "core/error.hpp"
#include "load/text_template.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace smew::load {

enum class StatementKind { kQuery, kConnection };  // kConnection: a connection made for this statement alone

struct ScenarioStatement {
    std::string name;
    TextTemplate sql;
    unsigned weight = 1;
    StatementKind kind = StatementKind::kQuery;
};

struct Scenario {
    std::string name;
    std::vector<ScenarioStatement> statements;
    std::vector<std::string> targets;  // of the file
    bool needs_tables = false;         // those of prepare_statements()
    bool expects_refusals = false;     // "overload": connections beyond the limit are part of it
};

// "select-1", "lookup", "select-1k", "select-100k", "join", "aggregate", "mixed", "locust", "long", "storm",
// "overload"; "long:5m" for a statement of that length; "all" for those without end; or the path of a TOML file. Error
// 22023.
Result<std::vector<Scenario>> scenarios_named(const std::string& name);

// Makes and fills smew_load_orders (100,000 rows) and smew_load_customers (1,000), anew each time. Both PostgreSQL and
// smew run them.
const std::vector<std::string>& prepare_statements();
const std::vector<std::string>& cleanup_statements();

}  // namespace smew::load
