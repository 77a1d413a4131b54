#include "auth/scram.hpp"
#include "core/random.hpp"
#include "http/endpoints.hpp"
#include "http/lookup.hpp"
#include "http/names.hpp"
#include "http/problem.hpp"
#include "http/render.hpp"
#include "http/workspace_limits.hpp"
#include "http/workspace_load.hpp"
#include "http/workspace_view.hpp"
#include "telemetry/log.hpp"

#include <algorithm>

namespace smew::http::endpoints {
namespace {

namespace json = boost::json;

constexpr std::size_t kPasswordLength = 32;
constexpr std::size_t kNameLength = 8;
constexpr int kMostAttempts = 5;

Secret new_password() {
    return Secret(random_token(kPasswordLength));
}

std::optional<WallTime> wanted_end(const json::value& body, const Context& context) {
    const auto hours = number_of(body, "ttl_hours");
    const auto text = text_of(body, "expires_at");
    const WallTime now = context.clock.now();
    const std::chrono::hours most(context.live.now()->workspace_max_ttl_hours);
    if (hours && text) fail_field("expires_at", "cannot be given together with ttl_hours");
    if (hours && std::chrono::hours(*hours) > most) {
        fail_field("ttl_hours", "must be at most " + std::to_string(most.count()));
    }
    if (hours) return now + std::chrono::hours(*hours);
    if (!text) return std::nullopt;
    const Result<WallTime> end = parse_time(*text);
    if (!end) fail_field("expires_at", end.error().message);
    if (*end <= now || *end > now + most) {
        fail_field("expires_at", "must be within the next " + std::to_string(most.count()) + " hours");
    }
    return *end;
}

// A fresh id is taken by chance so seldom that trying again a few times is enough.
catalog::Workspace store_workspace(catalog::Workspace wanted, Context& context) {
    for (int attempt = 1;; ++attempt) {
        wanted.id = WorkspaceId(random_name(kNameLength));
        wanted.username = "ws_" + wanted.id.value() + "_" + random_name(kNameLength);
        Result<catalog::Workspace> made = context.store.create_workspace(wanted);
        if (!made && made.error().code == sqlstate::kDuplicateObject && attempt < kMostAttempts) continue;
        return or_fail(std::move(made), "project");
    }
}

void remove_workspace(const catalog::Workspace& workspace, Context& context) {
    context.fleet.end_worker(workspace.id, CancelReason::kExpired);
    or_fail(context.store.delete_workspace(workspace.project, workspace.id), "workspace");
    // Somebody may have logged in between the two; now nobody can any more.
    context.fleet.end_worker(workspace.id, CancelReason::kExpired);
    context.layout.remove_workspace(workspace.number);
}

void check_room(const catalog::Project& project, Context& context) {
    const std::vector<catalog::Workspace> all = or_fail(context.store.workspaces(project.id), "project");
    const auto live = std::count_if(all.begin(), all.end(), [&](const auto& one) { return !is_expired(one, context); });
    const int limit = context.live.now()->workspace_max_per_project;
    if (live < limit) return;
    fail(409, "workspace_limit_reached", "the project has as many workspaces as it may have", {{"limit", limit}});
}

catalog::Workspace make_workspace(const catalog::Project& project, const json::value& body, const Secret& password,
                                  Context& context) {
    const auto now = context.live.now();
    const config::Settings& settings = *now;
    const WallTime end = wanted_end(body, context)
                             .value_or(context.clock.now() + std::chrono::hours(settings.workspace_default_ttl_hours));
    catalog::Workspace wanted{
        .project = project.id,
        .name = text_of(body, "name").value(),
        .expires_at = end,
        .memory_limit = wanted_memory(body, context).value_or(settings.workspace_default_memory_limit),
        .size_limit = wanted_size(body, context)
                          .value_or(Bytes{static_cast<std::uint64_t>(settings.workspace_default_size_limit_gb) << 30U}),
        .limits = wanted_limits(body, {}).value_or(catalog::LimitChoices()),
        .verifier = auth::ScramVerifier::from_password(password).to_text()};
    // Held while counting and making, so that two requests cannot both take the last place.
    const TableLocks::Hold hold(context.table_locks, "workspaces of " + project.id.value());
    check_room(project, context);
    catalog::Workspace made = store_workspace(std::move(wanted), context);
    if (Result<void> place = context.layout.make_workspace(made.number, project.number); !place) {
        (void)context.store.delete_workspace(project.id, made.id);
        throw ProblemException(problem_of(place.error()));
    }
    return made;
}

// A workspace that was promised tables and did not get them all is not left behind.
void preload(const catalog::Workspace& workspace, std::vector<LoadItem>& items, Context& context) {
    const LoadOutcome outcome = load_tables(workspace, items, context);
    if (outcome.failures.empty()) return;
    remove_workspace(workspace, context);
    fail_load(outcome);
}

}  // namespace

Response create_workspace(const Request& request, Context& context) {
    const catalog::Project project = find_project(request, context);
    std::vector<LoadItem> items = preload_items(texts_of(request.body, "preload_tables"));
    for (LoadItem& item : items) or_fail(check_item(item, project.id, context));
    const Secret password = new_password();
    const catalog::Workspace made = make_workspace(project, request.body, password, context);
    preload(made, items, context);
    log::info("workspace_created", {{"project_id", project.id.value()},
                                    {"workspace_id", made.id.value()},
                                    {"by", request.caller.name()},
                                    {"request_id", request.request_id}});
    Response response = json_response(render_workspace(made, request, context, password), 201);
    response.headers.emplace_back("Location", "/projects/" + project.id.value() + "/workspaces/" + made.id.value());
    return response;
}

namespace {

Response page_of_workspaces(const std::vector<catalog::Workspace>& all, const Request& request, Context& context) {
    const Page page = page_of(request, all.size());
    json::array list;
    for (std::size_t i = page.begin; i < page.end; ++i) {
        list.push_back(render_workspace(all[i], request, context, std::nullopt));
    }
    return json_response(
        json::object{{"workspaces", std::move(list)}, {"count", page.end - page.begin}, {"total", all.size()}});
}

}  // namespace

Response list_workspaces(const Request& request, Context& context) {
    const catalog::Project project = find_project(request, context);
    return page_of_workspaces(or_fail(context.store.workspaces(project.id), "project"), request, context);
}

Response list_all_workspaces(const Request& request, Context& context) {
    return page_of_workspaces(context.store.all_workspaces(), request, context);
}

Response get_workspace(const Request& request, Context& context) {
    const catalog::Workspace workspace = find_live_workspace(request, context);
    json::object body = render_workspace(workspace, request, context, std::nullopt);
    body["active_sessions"] = context.fleet.sessions(workspace.id).size();
    json::array attached;
    for (const catalog::Table& table : or_fail(context.store.all_tables(workspace.project), "project")) {
        attached.push_back(json::object{{"schema", table.bucket}, {"table", table.name}, {"rows", table.row_count}});
    }
    body["attached_tables"] = std::move(attached);
    const Result<std::vector<WorkspaceObject>> objects = counted_objects(workspace, context);
    if (!objects) {
        // A full or overloaded workspace must still be seen; only its contents are unknown.
        log::warning("workspace_not_answering",
                     {{"workspace_id", workspace.id.value()}, {"error", objects.error().message}});
        body["workspace_objects"] = nullptr;
        return json_response(body);
    }
    json::array list;
    for (const WorkspaceObject& object : *objects) {
        json::value rows;
        if (object.rows) rows = *object.rows;
        list.push_back(
            json::object{{"name", object.name}, {"type", object.view ? "view" : "table"}, {"rows", std::move(rows)}});
    }
    body["workspace_objects"] = std::move(list);
    return json_response(body);
}

Response update_workspace(const Request& request, Context& context) {
    const catalog::Workspace workspace = find_live_workspace(request, context);
    const std::optional<Bytes> memory = wanted_memory(request.body, context), size = wanted_size(request.body, context);
    const auto limits = wanted_limits(request.body, workspace.limits);
    catalog::Workspace updated =
        or_fail(context.store.update_workspace(workspace.id, text_of(request.body, "name"),
                                               wanted_end(request.body, context), memory, size),
                "workspace");
    if (limits) updated = or_fail(context.store.set_limits(workspace.id, *limits), "workspace");
    if (memory || size || limits) context.fleet.set_limits(updated);
    return json_response(render_workspace(updated, request, context, std::nullopt));
}

Response delete_workspace(const Request& request, Context& context) {
    const catalog::Workspace workspace = find_workspace(request, context);
    remove_workspace(workspace, context);
    log::info("workspace_deleted", {{"project_id", workspace.project.value()},
                                    {"workspace_id", workspace.id.value()},
                                    {"by", request.caller.name()},
                                    {"request_id", request.request_id}});
    return no_content();
}

Response reset_credentials(const Request& request, Context& context) {
    const catalog::Workspace workspace = find_live_workspace(request, context);
    const Secret password = new_password();
    or_fail(context.store.set_verifier(workspace.id, auth::ScramVerifier::from_password(password).to_text()),
            "workspace");
    const std::size_t ended = context.fleet.end_sessions(workspace.id, CancelReason::kCredentialsReset);
    log::info("workspace_credentials_reset", {{"project_id", workspace.project.value()},
                                              {"workspace_id", workspace.id.value()},
                                              {"sessions_ended", ended},
                                              {"by", request.caller.name()},
                                              {"request_id", request.request_id}});
    const json::object shown = render_workspace(workspace, request, context, password);
    return json_response(shown.at("connection"));
}

}  // namespace smew::http::endpoints
