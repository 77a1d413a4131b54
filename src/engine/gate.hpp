#pragma once
// The gate: what SQL of strangers may do. Internal to engine/.
//
// First half, on the parse tree: kinds of statements by an allow-list, targets, names of other catalogs. Second half,
// on the bound plan (plan_gate.hpp), where views, macros and names are expanded. Functions are function_policy's
// matter.

#include "core/error.hpp"
#include "engine/engine.hpp"
#include "engine/parse_tree.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace smew::engine {

struct GateContext {
    TableResolver& resolver;
    const std::string& own_catalog;
    // True for the name of a function or macro that DuckDB brings along.
    std::function<bool(const std::string&)> is_builtin_function;
};

// The statement's kind, or why it is refused: 0A000, 42501, 25006, 42P01 …. `text` is the statement's own SQL.
Result<StatementKind> classify(const duckdb::SQLStatement& statement, std::string_view text);
Result<void> check_names(const TreeParts& parts, const GateContext& context);

// For load jobs: one expression of the caller, over columns, with no subquery, parameter or table in it.
Result<void> check_expression(const std::string& sql);

}  // namespace smew::engine
