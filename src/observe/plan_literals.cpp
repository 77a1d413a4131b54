#include "observe/query_completion.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace smew::observe {
namespace {

namespace json = boost::json;

// Numbers, and names that are the engine's own. All other texts of a profile are written by it from the statement.
bool is_safe_text(std::string_view key) {
    return key == "operator_name" || key == "operator_type" || key == "name";
}

json::value without_literals(const json::value& value, std::string_view key);

json::object members_without_literals(const json::object& object) {
    json::object kept;
    for (const auto& [key, value] : object) {
        if (key == "extra_info" || (value.is_string() && !is_safe_text(key))) continue;
        kept[key] = without_literals(value, key);
    }
    return kept;
}

json::value without_literals(const json::value& value, std::string_view key) {
    if (value.is_object()) return members_without_literals(value.get_object());
    if (!value.is_array()) return value;
    json::array kept;
    for (const json::value& element : value.get_array()) {
        if (!element.is_string()) kept.push_back(without_literals(element, key));
    }
    return kept;
}

}  // namespace

std::string plan_without_literals(std::string_view plan) {
    boost::system::error_code failed;
    const json::value parsed = json::parse(plan, failed);
    return failed ? std::string() : json::serialize(without_literals(parsed, ""));
}

}  // namespace smew::observe
