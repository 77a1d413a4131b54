// The instance's settings: what they are, and those that change while it runs.

#include "config/settings_table.hpp"
#include "http/endpoints.hpp"
#include "http/problem.hpp"
#include "http/wire.hpp"
#include "telemetry/log.hpp"

#include <boost/json/serialize.hpp>

namespace smew::http::endpoints {
namespace {

namespace json = boost::json;

Response listed(const Context& context) {
    const auto now = context.live.now();
    json::array list;
    for (const config::Setting& setting : config::settings_table()) {
        list.push_back(json::object{{"name", setting.name},
                                    {"value", setting.shown(*now)},
                                    {"group", setting.group},
                                    {"doc", setting.doc},
                                    {"takes", setting.expectation()},
                                    {"live", setting.live}});
    }
    return json_response(json::object{{"settings", std::move(list)}});
}

// As a flag would have it.
std::string text_of_value(const json::value& value) {
    if (value.is_string()) return std::string(value.as_string());
    return json::serialize(value);
}

}  // namespace

Response list_settings(const Request&, Context& context) {
    return listed(context);
}

Response change_settings(const Request& request, Context& context) {
    std::vector<config::LiveSettings::Change> changes;
    for (const auto& [name, value] : request.body.as_object())
        changes.push_back({std::string(name), text_of_value(value)});
    if (const Result<void> changed = context.live.change(changes); !changed) {
        const Error& error = changed.error();
        fail(422, "setting_not_changed", error.hint.empty() ? error.message : error.message + ". " + error.hint);
    }
    for (const auto& change : changes) {
        log::info("setting_changed", {{"setting", change.name},
                                      {"value", change.text},
                                      {"by", request.caller.name()},
                                      {"request_id", request.request_id}});
    }
    return listed(context);
}

}  // namespace smew::http::endpoints
