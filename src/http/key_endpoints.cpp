#include "http/endpoints.hpp"
#include "http/lookup.hpp"
#include "http/problem.hpp"
#include "http/render.hpp"
#include "telemetry/log.hpp"

namespace smew::http::endpoints {
namespace {

namespace json = boost::json;

ApiKeyId key_id(const Request& request) {
    return ApiKeyId(request.parameter("key"));
}

Response reply_with_key(const catalog::ApiKey& row, const auth::NewApiKey& made) {
    json::object body = render(row);
    body["api_key"] = made.key.reveal();
    Response response = json_response(body, 201);
    response.headers.emplace_back("Location", "/projects/" + row.project.value() + "/api-keys/" + row.id.value());
    return response;
}

}  // namespace

Response create_key(const Request& request, Context& context) {
    const catalog::Project project = find_project(request, context);
    const auth::Scope scope =
        auth::parse_scope(text_of(request.body, "scope").value_or("project_admin")).value_or(auth::Scope::kProjectRead);
    std::optional<WallTime> expires_at;
    if (const auto days = number_of(request.body, "expires_in_days")) {
        expires_at = context.clock.now() + std::chrono::hours(24 * *days);
    }
    const auth::NewApiKey made = auth::make_api_key();
    const catalog::ApiKey row =
        or_fail(context.store.create_api_key(project.id, made, scope, text_of(request.body, "description").value_or(""),
                                             expires_at),
                "api_key");
    log::info("api_key_created", {{"project_id", project.id.value()},
                                  {"key_id", row.id.value()},
                                  {"by", request.caller.name()},
                                  {"request_id", request.request_id}});
    return reply_with_key(row, made);
}

Response list_keys(const Request& request, Context& context) {
    json::array keys;
    for (const catalog::ApiKey& key : or_fail(context.store.api_keys(request.project()), "project")) {
        keys.push_back(render(key));
    }
    const std::size_t count = keys.size();
    return json_response(json::object{{"api_keys", std::move(keys)}, {"count", count}});
}

Response get_key(const Request& request, Context& context) {
    return json_response(render(or_fail(context.store.api_key(request.project(), key_id(request)), "api_key")));
}

Response revoke_key(const Request& request, Context& context) {
    const Result<void> revoked = context.store.revoke_api_key(request.project(), key_id(request));
    if (!revoked && revoked.error().code == sqlstate::kObjectNotInPrerequisiteState) {
        fail(400, "cannot_revoke_last_admin_key", "a project keeps at least one project_admin key");
    }
    or_fail(revoked, "api_key");
    log::info("api_key_revoked", {{"project_id", request.project().value()},
                                  {"key_id", key_id(request).value()},
                                  {"by", request.caller.name()},
                                  {"request_id", request.request_id}});
    return no_content();
}

Response rotate_key(const Request& request, Context& context) {
    const catalog::ApiKey old = or_fail(context.store.api_key(request.project(), key_id(request)), "api_key");
    if (old.revoked_at) fail(400, "cannot_rotate_revoked_key", "the key has been revoked");
    const auth::NewApiKey made = auth::make_api_key();
    const catalog::ApiKey row = or_fail(context.store.rotate_api_key(request.project(), old.id, made), "api_key");
    log::info("api_key_rotated", {{"project_id", request.project().value()},
                                  {"key_id", old.id.value()},
                                  {"new_key_id", row.id.value()},
                                  {"by", request.caller.name()},
                                  {"request_id", request.request_id}});
    return reply_with_key(row, made);
}

}  // namespace smew::http::endpoints
