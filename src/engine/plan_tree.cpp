#include "engine/plan_tree.hpp"

#include "engine/loader_json.hpp"

namespace smew::engine {
namespace {

void append_member(std::string& out, std::string_view name, std::string_view value) {
    if (out.back() != '{') out += ',';
    loader::append_json_string(out, name);
    out += ':';
    loader::append_json_string(out, value);
}

void append_operator(std::string& out, const duckdb::PhysicalOperator& node) {
    out += '{';
    append_member(out, "operator_name", node.GetName());
    out += R"(,"extra_info":{)";
    for (const auto& [name, value] : node.ParamsToString()) {
        if (!name.starts_with("__")) append_member(out, name, value);  // DuckDB's own hints to who draws it
    }
    if (node.estimated_cardinality != 0) {
        append_member(out, "Estimated Cardinality", std::to_string(node.estimated_cardinality));
    }
    out += R"(},"children":[)";
    for (bool first = true; const auto& child : node.GetChildren()) {
        if (!std::exchange(first, false)) out += ',';
        append_operator(out, child.get());
    }
    out += "]}";
}

}  // namespace

std::string plan_without_times(const duckdb::PhysicalOperator& root) {
    std::string plan =
        R"({"untimed":true,"note":"The plan without times: nothing said before the run that it would be slow. )"
        R"(Later runs in the session are timed.","children":[)";
    append_operator(plan, root);
    plan += "]}";
    return plan;
}

}  // namespace smew::engine
