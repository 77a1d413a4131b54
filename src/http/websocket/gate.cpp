#include "http/websocket/gate.hpp"

#include "auth/basic.hpp"
#include "http/lookup.hpp"

#include <algorithm>
#include <cctype>

namespace smew::http::websocket {
namespace {

Error wrong_password(std::string_view user) {
    return {sqlstate::kInvalidPassword, "password authentication failed for user \"" + std::string(user) + "\""};
}

Error wrong_key() {
    return {sqlstate::kInvalidPassword, "the key is not valid"};
}

Denial too_many_failures() {
    return {.error = {sqlstate::kInvalidAuthorization, "too many failed login attempts", "",
                      "Wait some minutes and try again."},
            .throttled = true};
}

Denial denied(Error error, telemetry::WebSocketLogin outcome = telemetry::WebSocketLogin::kAuthFailed) {
    return {.error = std::move(error), .outcome = outcome};
}

Denial refused(const Credentials::Refused& refused, Error error) {
    if (refused.throttled) return too_many_failures();
    Denial denial = denied(std::move(error));
    denial.delay = refused.delay;
    return denial;
}

}  // namespace

Gate::Gate(Context& context) : context_(context), credentials_(context) {}

Judged<Guest> Gate::judge(const Login& login, const Credentials::Client& client) {
    return login.key.empty() ? by_password(login, client) : by_key(login, client);
}

Judged<Guest> Gate::by_password(const Login& login, const Credentials::Client& client) {
    auto workspace = credentials_.by_password(login.user, login.password, client);
    if (!workspace) return refused(workspace.error(), wrong_password(login.user));
    if (!login.workspace.empty() && login.workspace != workspace->id.value()) {
        return denied({sqlstate::kInvalidCatalogName, "the user belongs to another workspace", "",
                       "Leave out \"workspace\": a user has only one."});
    }
    return open({std::move(*workspace), login.user});
}

Judged<Guest> Gate::by_key(const Login& login, const Credentials::Client& client) {
    const auto key = credentials_.by_key(login.key.reveal(), client);
    if (!key) return refused(key.error(), wrong_key());
    const ProjectId project = *key ? (*key)->project : ProjectId(login.project);
    Result<catalog::Workspace> workspace = context_.store.workspace(project, WorkspaceId(login.workspace));
    if (!workspace) return denied(workspace.error());
    return open({.workspace = std::move(*workspace),
                 .name = *key ? (*key)->id.value() : std::string("admin"),
                 .reads_only = *key && (*key)->scope == auth::Scope::kProjectRead});
}

Judged<Guest> Gate::open(Guest guest) const {
    if (is_expired(guest.workspace, context_)) {
        return denied({sqlstate::kInvalidAuthorization, "workspace \"" + guest.workspace.name + "\" has expired", "",
                       "Ask the project's admin for more time or for a new workspace."},
                      telemetry::WebSocketLogin::kExpired);
    }
    return guest;
}

std::optional<Login> login_of(std::string_view authorization, std::string_view workspace, std::string_view project) {
    if (std::optional<auth::BasicCredentials> basic = auth::parse_basic(authorization)) {
        return Login{.user = std::move(basic->user),
                     .password = std::move(basic->password),
                     .workspace = std::string(workspace)};
    }
    constexpr std::string_view kBearer = "bearer ";
    std::string scheme(authorization.substr(0, kBearer.size()));
    std::transform(scheme.begin(), scheme.end(), scheme.begin(), [](unsigned char c) { return std::tolower(c); });
    if (scheme != kBearer || authorization.size() == kBearer.size()) return std::nullopt;
    return Login{.key = Secret(std::string(authorization.substr(kBearer.size()))),
                 .workspace = std::string(workspace),
                 .project = std::string(project)};
}

}  // namespace smew::http::websocket
