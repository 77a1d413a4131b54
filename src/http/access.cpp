#include "http/access.hpp"

#include "auth/scram.hpp"
#include "http/problem.hpp"

#include <algorithm>
#include <cctype>

namespace smew::http {
namespace {

constexpr std::string_view kThrottleUser = "rest";

[[noreturn]] void fail_unauthorized(std::string message) {
    throw ProblemException({.status = 401,
                            .code = "unauthorized",
                            .message = std::move(message),
                            .headers = {{"WWW-Authenticate", "Bearer realm=\"smew\""}}});
}

// The token of "Bearer <token>"; empty when the header has another form.
std::string_view bearer_token(std::string_view header) {
    constexpr std::string_view kScheme = "bearer ";
    if (header.size() <= kScheme.size()) return {};
    const bool bearer =
        std::equal(kScheme.begin(), kScheme.end(), header.begin(),
                   [](char expected, unsigned char got) { return expected == static_cast<char>(std::tolower(got)); });
    if (!bearer) return {};
    header.remove_prefix(kScheme.size());
    header.remove_prefix(std::min(header.find_first_not_of(' '), header.size()));
    return header;
}

}  // namespace

AccessControl::AccessControl(Context& context) : context_(context), throttle_(context.throttle) {}

Caller AccessControl::authorise(const Route& route, const NamedTexts& parameters, const Head& head,
                                std::chrono::milliseconds& delay) {
    if (route.access == Access::kPublic) return {};
    Caller caller = identify(route, head, delay);
    if (caller.kind == Caller::Kind::kAdmin || route.access == Access::kAnyone) return caller;
    if (route.access == Access::kAdmin) fail(403, "forbidden", "this needs the instance's admin key");
    if (caller.project.value() != find_text(parameters, "project").value_or("")) {
        fail(403, "forbidden", "the key belongs to another project");
    }
    if (caller.kind == Caller::Kind::kWorkspace && caller.workspace.value() != find_text(parameters, "workspace")) {
        fail(403, "forbidden", "the user belongs to another workspace");
    }
    if (route.access == Access::kProjectAdmin && caller.scope != auth::Scope::kProjectAdmin) {
        fail(403, "forbidden", "the key's scope is project_read; this needs project_admin");
    }
    return caller;
}

Caller AccessControl::identify(const Route& route, const Head& head, std::chrono::milliseconds& delay) {
    if (head.authorization.empty()) fail_unauthorized("the Authorization header is missing");
    if (route.access == Access::kWorkspace || route.access == Access::kAnyone) {
        if (const auto basic = auth::parse_basic(head.authorization)) return workspace_user(*basic, head, delay);
    }
    const std::string_view presented = bearer_token(head.authorization);
    if (presented.empty()) fail_unauthorized("the Authorization header must be \"Bearer <key>\"");
    // A project's key has 256 random bits: nobody guesses one, so a ban of the address, which others may share, does
    // not shut it out. The admin key is whatever text the operator chose.
    if (std::optional<Caller> caller = project_key(presented)) return std::move(*caller);
    check_throttle(head.client_address, kThrottleUser);
    if (!context_.admin_key_hash.empty() &&
        auth::equal_constant_time(auth::sha256_hex(presented), context_.admin_key_hash)) {
        throttle_.succeeded(head.client_address, kThrottleUser);
        return {.kind = Caller::Kind::kAdmin};
    }
    delay = throttle_.failed(head.client_address, kThrottleUser).delay;
    fail_unauthorized("the key is not valid");
}

Caller AccessControl::workspace_user(const auth::BasicCredentials& credentials, const Head& head,
                                     std::chrono::milliseconds& delay) {
    check_throttle(head.client_address, credentials.user);
    const std::optional<catalog::Workspace> workspace = context_.store.workspace_by_user(credentials.user);
    // An unknown user costs the same time as a wrong password.
    const auto verifier = workspace ? auth::ScramVerifier::parse(workspace->verifier)
                                    : auth::ScramVerifier::mock(credentials.user, Secret("nobody"));
    if (verifier && verifier->matches(credentials.password) && workspace) {
        throttle_.succeeded(head.client_address, credentials.user);
        return {.kind = Caller::Kind::kWorkspace,
                .project = workspace->project,
                .workspace = workspace->id,
                .user = workspace->username,
                .scope = auth::Scope::kProjectRead};
    }
    delay = throttle_.failed(head.client_address, credentials.user).delay;
    context_.project_history.login_failed(workspace ? workspace->project : ProjectId(), credentials.user,
                                          head.client_address);
    fail_unauthorized("the user name or the password is wrong");
}

void AccessControl::check_throttle(const std::string& address, std::string_view user) {
    if (!throttle_.check(address, user).refused) return;
    throw ProblemException({.status = 429,
                            .code = "too_many_failures",
                            .message = "too many wrong keys or passwords came from this address",
                            .headers = {{"Retry-After", std::to_string(context_.settings.auth_ban_seconds.count())}}});
}

std::optional<Caller> AccessControl::project_key(std::string_view presented) {
    const std::optional<ApiKeyId> id = auth::key_id_of(presented);
    if (!id) return std::nullopt;
    const std::optional<catalog::ApiKey> key = context_.store.find_api_key(*id);
    if (!key || !auth::equal_constant_time(auth::sha256_hex(presented), key->hash)) return std::nullopt;
    if (key->revoked_at || (key->expires_at && *key->expires_at <= context_.clock.now())) return std::nullopt;
    context_.store.touch_api_key(*id);
    return Caller{.kind = Caller::Kind::kProjectKey, .project = key->project, .key = *id, .scope = key->scope};
}

}  // namespace smew::http
