#pragma once
// EXPLAIN as PostgreSQL writes it, turned into what the engine takes: options that only change how a plan is shown are
// checked and left out. Source: PostgreSQL 15 documentation, EXPLAIN.

#include "core/error.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace smew::pgsession {

struct Explain {
    std::string engine_sql;  // everything behind the options stands where it stood
    bool json = false;
};

// nullopt: no EXPLAIN. Errors are PostgreSQL's: 42601, 22023, and 0A000 for FORMAT XML and YAML.
Result<std::optional<Explain>> read_explain(std::string_view sql);

}  // namespace smew::pgsession
