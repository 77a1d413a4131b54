#include "http/endpoints.hpp"
#include "http/health.hpp"

#include <boost/json/array.hpp>

#include <algorithm>

namespace smew::http {
namespace {

namespace json = boost::json;

// What strangers are told: how the components are, and no more.
json::object told(const std::vector<Component>& components) {
    json::object out;
    for (const Component& component : components) {
        json::object entry{{"status", to_text(component.grade)}};
        if (!component.reason.empty()) entry["reason"] = component.reason;
        out[component.name] = std::move(entry);
    }
    return out;
}

json::object told_in_detail(const std::vector<Component>& components) {
    json::object out = told(components);
    for (const Component& component : components) {
        for (const auto& [name, value] : component.facts) out[component.name].get_object()[name] = value;
    }
    return out;
}

json::object summary(const Context& context, const std::vector<Component>& components,
                     const std::vector<std::string>& reasons) {
    return {{"status", to_text(overall(components))},
            {"ready", reasons.empty()},
            {"reasons", json::array(reasons.begin(), reasons.end())},
            {"version", context.version},
            {"duckdb_version", context.duckdb_version}};
}

// Of the service that smew takes the place of; its clients may look for them.
void add_storage(json::object& body, const std::vector<Component>& components) {
    const auto usable = [&components](std::string_view name) {
        const auto found = std::ranges::find(components, name, &Component::name);
        return found != components.end() && found->grade != Grade::kUnhealthy;
    };
    const bool disk = usable("disk"), store = usable("metadata_store");
    body["storage_available"] = disk && store;
    body["details"] = json::object{{"data_dir", disk}, {"metadata_store", store}};
}

int status_of(bool fine) {
    return fine ? 200 : 503;
}

}  // namespace

namespace endpoints {

Response health(const Request&, Context& context) {
    const std::vector<Component> components = components_of(context);
    json::object body = summary(context, components, reasons_not_ready(context, components));
    body["components"] = told(components);
    add_storage(body, components);
    return json_response(body, status_of(overall(components) != Grade::kUnhealthy));
}

Response health_live(const Request&, Context& context) {
    return json_response(json::object{{"status", "alive"}, {"version", context.version}});
}

Response health_ready(const Request&, Context& context) {
    const std::vector<Component> components = components_of(context);
    const std::vector<std::string> reasons = reasons_not_ready(context, components);
    json::object body = summary(context, components, reasons);
    body["components"] = told(components);
    add_storage(body, components);
    return json_response(body, status_of(reasons.empty()));
}

Response health_detail(const Request&, Context& context) {
    const std::vector<Component> components = components_of(context);
    json::object body = summary(context, components, reasons_not_ready(context, components));
    body["components"] = told_in_detail(components);
    return json_response(body);
}

}  // namespace endpoints
}  // namespace smew::http
