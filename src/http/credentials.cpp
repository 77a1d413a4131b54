#include "http/credentials.hpp"

#include "auth/api_key.hpp"
#include "auth/scram.hpp"
#include "catalog/mock_secret.hpp"

namespace smew::http {
namespace {

constexpr std::string_view kKeyUser = "rest";  // wrong keys are counted as this user's

}  // namespace

Credentials::Credentials(Context& context) : context_(context), mock_secret_(catalog::mock_secret(context.store)) {}

Credentials::Checked<catalog::Workspace> Credentials::by_password(const std::string& user, const Secret& password,
                                                                  const Client& client) {
    if (context_.throttle.check(client.network, user).refused) return Refused{.throttled = true};
    std::optional<catalog::Workspace> workspace = context_.store.workspace_by_user(user);
    // An unknown user costs the same time as a wrong password.
    const auto verifier =
        workspace ? auth::ScramVerifier::parse(workspace->verifier) : auth::ScramVerifier::mock(user, mock_secret_);
    const bool right = verifier && verifier->matches(password) && workspace;
    // Guesses made side by side must not be more than guesses made in turn.
    if (context_.throttle.check(client.network, user).refused) return Refused{.throttled = true};
    if (!right) return wrong(client, workspace ? workspace->project : ProjectId(), user);
    context_.throttle.succeeded(client.network, user);
    return std::move(*workspace);
}

Credentials::Checked<std::optional<catalog::ApiKey>> Credentials::by_key(std::string_view presented,
                                                                         const Client& client) {
    const std::string hash = auth::sha256_hex(presented);
    // A project's key has 256 random bits: nobody guesses one, so a ban of the address, which others may share, does
    // not shut it out. The admin key is whatever text the operator chose.
    if (std::optional<catalog::ApiKey> key = project_key(presented, hash)) {
        context_.store.touch_api_key(key->id);
        return key;
    }
    if (context_.throttle.check(client.network, kKeyUser).refused) return Refused{.throttled = true};
    if (!context_.admin_key_hash.empty() && auth::equal_constant_time(hash, context_.admin_key_hash)) {
        context_.throttle.succeeded(client.network, kKeyUser);
        return std::optional<catalog::ApiKey>();
    }
    return wrong(client, ProjectId(), kKeyUser);
}

std::optional<catalog::ApiKey> Credentials::project_key(std::string_view presented, const std::string& hash) const {
    const std::optional<ApiKeyId> id = auth::key_id_of(presented);
    if (!id) return std::nullopt;
    std::optional<catalog::ApiKey> key = context_.store.find_api_key(*id);
    if (!key || !auth::equal_constant_time(hash, key->hash)) return std::nullopt;
    if (key->revoked_at || (key->expires_at && *key->expires_at <= context_.clock.now())) return std::nullopt;
    return key;
}

Credentials::Refused Credentials::wrong(const Client& client, const ProjectId& project, std::string_view user) {
    context_.project_history.login_failed(project, user, client.address);
    return {.delay = context_.throttle.failed(client.network, user).delay};
}

}  // namespace smew::http
