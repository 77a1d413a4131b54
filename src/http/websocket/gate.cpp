#include "http/websocket/gate.hpp"

#include "auth/basic.hpp"
#include "auth/scram.hpp"
#include "catalog/mock_secret.hpp"
#include "http/lookup.hpp"

#include <algorithm>
#include <cctype>

namespace smew::http::websocket {
namespace {

constexpr std::string_view kKeyUser = "rest";  // as AccessControl counts wrong keys

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

}  // namespace

Gate::Gate(Context& context) : context_(context), mock_secret_(catalog::mock_secret(context.store)) {}

Judged<Guest> Gate::judge(const Login& login, const std::string& network) {
    return login.key.empty() ? by_password(login, network) : by_key(login, network);
}

Judged<Guest> Gate::by_password(const Login& login, const std::string& network) {
    if (context_.throttle.check(network, login.user).refused) return too_many_failures();
    std::optional<catalog::Workspace> workspace = context_.store.workspace_by_user(login.user);
    // An unknown user costs the same time as a wrong password.
    const auto verifier = workspace ? auth::ScramVerifier::parse(workspace->verifier)
                                    : auth::ScramVerifier::mock(login.user, mock_secret_);
    const bool right = verifier && verifier->matches(login.password) && workspace;
    // Guesses made side by side must not be more than guesses made in turn.
    if (context_.throttle.check(network, login.user).refused) return too_many_failures();
    if (!right) {
        return failed(wrong_password(login.user), workspace ? workspace->project : ProjectId(), network, login.user);
    }
    context_.throttle.succeeded(network, login.user);
    if (!login.workspace.empty() && login.workspace != workspace->id.value()) {
        return denied({sqlstate::kInvalidCatalogName, "the user belongs to another workspace", "",
                       "Leave out \"workspace\": a user has only one."});
    }
    return open({std::move(*workspace), login.user});
}

Judged<Guest> Gate::by_key(const Login& login, const std::string& network) {
    Judged<Owner> owner = owner_of(login, network);
    if (!owner) return owner.error();
    Result<catalog::Workspace> workspace = context_.store.workspace(owner->project, WorkspaceId(login.workspace));
    if (!workspace) return denied(workspace.error());
    return open({std::move(*workspace), std::move(owner->name), owner->reads_only});
}

Judged<Gate::Owner> Gate::owner_of(const Login& login, const std::string& network) {
    const std::string_view presented = login.key.reveal();
    const std::string hash = auth::sha256_hex(presented);
    if (const std::optional<ApiKeyId> id = auth::key_id_of(presented)) {
        const std::optional<catalog::ApiKey> key = context_.store.find_api_key(*id);
        const bool live = key && !key->revoked_at && (!key->expires_at || *key->expires_at > context_.clock.now());
        if (live && auth::equal_constant_time(hash, key->hash)) {
            context_.store.touch_api_key(*id);
            return Owner{key->project, id->value(), key->scope == auth::Scope::kProjectRead};
        }
    }
    if (context_.throttle.check(network, kKeyUser).refused) return too_many_failures();
    if (!context_.admin_key_hash.empty() && auth::equal_constant_time(hash, context_.admin_key_hash)) {
        context_.throttle.succeeded(network, kKeyUser);
        return Owner{ProjectId(login.project), "admin"};
    }
    return failed(wrong_key(), ProjectId(), network, kKeyUser);
}

Judged<Guest> Gate::open(Guest guest) const {
    if (is_expired(guest.workspace, context_)) {
        return denied({sqlstate::kInvalidAuthorization, "workspace \"" + guest.workspace.name + "\" has expired", "",
                       "Ask the project's admin for more time or for a new workspace."},
                      telemetry::WebSocketLogin::kExpired);
    }
    return guest;
}

Denial Gate::failed(Error error, const ProjectId& project, const std::string& network, std::string_view user) {
    context_.project_history.login_failed(project, user, network);
    Denial denial = denied(std::move(error));
    denial.delay = context_.throttle.failed(network, user).delay;
    return denial;
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
