#include "http/openapi.hpp"

#include "http/http_status.hpp"
#include "http/route.hpp"
#include "http/schemas.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <cctype>

namespace smew::http {
namespace {

namespace json = boost::json;

constexpr std::string_view kAbout =
    "Analytics workspaces on DuckDB that any PostgreSQL client can use. Every path is also there under /api/v1, and "
    "what "
    "belongs to a project also under /projects/{project}/branches/default. Changes take X-Idempotency-Key: a "
    "repetition "
    "within its time to live gets the first reply, with X-Idempotency-Replay: true and with secrets left out. Errors "
    "are "
    "application/problem+json; X-Request-ID is echoed or made.";

json::object reference(std::string_view schema) {
    return {{"$ref", "#/components/schemas/" + std::string(schema)}};
}

json::object content(std::string_view type, json::object schema) {
    return {{type, json::object{{"schema", std::move(schema)}}}};
}

json::array path_parameters(std::string_view pattern) {
    json::array out;
    for (std::size_t open = pattern.find('{'); open != std::string_view::npos; open = pattern.find('{', open + 1)) {
        const std::string_view name = pattern.substr(open + 1, pattern.find('}', open) - open - 1);
        out.push_back(json::object{
            {"name", name}, {"in", "path"}, {"required", true}, {"schema", json::object{{"type", "string"}}}});
    }
    return out;
}

json::value typed_default(const Field& field) {
    if (field.type == FieldType::kBoolean) return field.default_text == "true";
    if (field.type == FieldType::kInteger) return std::stoll(std::string(field.default_text));
    return json::value(field.default_text);
}

json::array parameters(const Route& route) {
    json::array out = path_parameters(route.pattern);
    for (const Field& field : route.query) {
        json::object schema = json_schema(field);
        schema.erase("description");
        if (!field.default_text.empty()) schema["default"] = typed_default(field);
        out.push_back(json::object{{"name", field.name},
                                   {"in", "query"},
                                   {"required", field.required},
                                   {"description", field.doc},
                                   {"schema", std::move(schema)}});
    }
    const bool changes = route.method != "GET";
    if (changes && route.access != Access::kPublic) {
        out.push_back(json::object{{"$ref", "#/components/parameters/IdempotencyKey"}});
    }
    return out;
}

json::object request_body(const Route& route) {
    if (route.body == BodyKind::kJson) {
        const bool needed = std::any_of(route.request->fields.begin(), route.request->fields.end(),
                                        [](const Field& field) { return field.required; });
        return {{"required", needed}, {"content", content("application/json", reference(route.request->name))}};
    }
    json::object types = content("application/octet-stream", {});
    json::object form{{"type", "object"},
                      {"required", json::array{"file"}},
                      {"properties", json::object{{"file", json::object{{"type", "string"}, {"format", "binary"}}}}}};
    types["multipart/form-data"] = json::object{{"schema", std::move(form)}};
    return {{"required", true}, {"description", route.file_doc}, {"content", std::move(types)}};
}

json::object responses(const Route& route) {
    json::object good{{"description", reason_phrase(route.status)}};
    if (route.reply != nullptr)
        good["content"] = content("application/json", reference(route.reply->name));
    else if (route.status != 204)
        good["content"] = content(route.reply_type, {});
    json::object out{{std::to_string(route.status), std::move(good)}};
    out["default"] = json::object{{"$ref", "#/components/responses/Problem"}};
    return out;
}

// The last word of the pattern that names a collection: "files" of "/projects/{project}/files/{file}".
std::string_view tag_of(const Route& route) {
    for (const std::string_view word : {"workspaces", "files", "tables", "buckets", "api-keys", "projects"}) {
        if (route.pattern.find(word) != std::string_view::npos) return word;
    }
    return "service";
}

json::object operation(const Route& route) {
    json::object out{{"operationId", route.id},
                     {"summary", route.summary},
                     {"tags", json::array{tag_of(route)}},
                     {"x-access-level", to_text(route.access)},
                     {"parameters", parameters(route)},
                     {"responses", responses(route)}};
    if (route.body != BodyKind::kNone) out["requestBody"] = request_body(route);
    if (route.access == Access::kPublic) out["security"] = json::array{};
    if (route.access == Access::kWorkspace || route.access == Access::kAnyone) {
        out["security"] =
            json::array{json::object{{"bearer", json::array{}}}, json::object{{"workspace", json::array{}}}};
    }
    return out;
}

json::object paths() {
    json::object out;
    for (const Route& route : route_table()) {
        std::string method(route.method);
        std::transform(method.begin(), method.end(), method.begin(), [](unsigned char c) { return std::tolower(c); });
        json::value& path = out[route.pattern];
        if (path.is_null()) path = json::object{};
        path.as_object()[method] = operation(route);
    }
    return out;
}

json::object components() {
    json::object all;
    for (const Schema* schema : schemas::all()) all[schema->name] = json_schema(*schema);
    json::object key{{"name", "X-Idempotency-Key"},
                     {"in", "header"},
                     {"required", false},
                     {"description", "Makes a repetition harmless."},
                     {"schema", json::object{{"type", "string"}, {"minLength", 1}, {"maxLength", 255}}}};
    json::object problem{{"description", "What was wrong."},
                         {"content", content("application/problem+json", reference(schemas::problem.name))}};
    return {{"schemas", std::move(all)},
            {"parameters", json::object{{"IdempotencyKey", std::move(key)}}},
            {"responses", json::object{{"Problem", std::move(problem)}}},
            {"securitySchemes", json::object{{"bearer", json::object{{"type", "http"}, {"scheme", "bearer"}}},
                                             {"workspace", json::object{{"type", "http"}, {"scheme", "basic"}}}}}};
}

}  // namespace

json::object openapi_document(std::string_view version) {
    return {{"openapi", "3.1.0"},
            {"info", json::object{{"title", "smew"}, {"version", version}, {"description", kAbout}}},
            {"servers", json::array{json::object{{"url", "/"}}, json::object{{"url", "/api/v1"}}}},
            {"security", json::array{json::object{{"bearer", json::array{}}}}},
            {"paths", paths()},
            {"components", components()}};
}

}  // namespace smew::http
