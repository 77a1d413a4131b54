#include "http/access.hpp"

#include "http/problem.hpp"

#include <algorithm>
#include <cctype>

namespace smew::http {
namespace {

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

Caller caller_of(const catalog::Workspace& workspace) {
    return {.kind = Caller::Kind::kWorkspace,
            .project = workspace.project,
            .workspace = workspace.id,
            .user = workspace.username,
            .scope = auth::Scope::kProjectRead};
}

Caller caller_of(const catalog::ApiKey& key) {
    return {.kind = Caller::Kind::kProjectKey, .project = key.project, .key = key.id, .scope = key.scope};
}

}  // namespace

AccessControl::AccessControl(Context& context) : context_(context), credentials_(context) {}

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
    const Credentials::Client client{.address = head.client_address, .network = head.client_network};
    if (route.access == Access::kWorkspace || route.access == Access::kAnyone) {
        if (const auto basic = auth::parse_basic(head.authorization)) {
            const auto workspace = credentials_.by_password(basic->user, basic->password, client);
            if (!workspace) refuse(workspace.error(), "the user name or the password is wrong", delay);
            return caller_of(*workspace);
        }
    }
    const std::string_view presented = bearer_token(head.authorization);
    if (presented.empty()) fail_unauthorized("the Authorization header must be \"Bearer <key>\"");
    const auto key = credentials_.by_key(presented, client);
    if (!key) refuse(key.error(), "the key is not valid", delay);
    return *key ? caller_of(**key) : Caller{.kind = Caller::Kind::kAdmin};
}

void AccessControl::refuse(const Credentials::Refused& refused, const char* what,
                           std::chrono::milliseconds& delay) const {
    delay = refused.delay;
    if (!refused.throttled) fail_unauthorized(what);
    throw ProblemException({.status = 429,
                            .code = "too_many_failures",
                            .message = "too many wrong keys or passwords came from this address",
                            .headers = {{"Retry-After", std::to_string(context_.settings.auth_ban_seconds.count())}}});
}

}  // namespace smew::http
