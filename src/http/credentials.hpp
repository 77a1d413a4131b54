#pragma once
// Passwords of workspaces' users and keys, as every HTTP door takes them: REST, /query and WebSocket. Wrong ones count
// in the one throttle that PostgreSQL's door has, too. Waits for the metadata store and computes a password's hash.

#include "catalog/store.hpp"
#include "core/secret.hpp"
#include "http/context.hpp"

#include <boost/system/result.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace smew::http {

class Credentials {
public:
    explicit Credentials(Context& context);

    // Who presents them. `network`: what counts as one client.
    struct Client {
        std::string address, network;
    };
    struct Refused {
        bool throttled = false;              // not even looked at
        std::chrono::milliseconds delay{0};  // to wait with the answer to a wrong one
    };
    template <class T>
    using Checked = boost::system::result<T, Refused>;

    // The user's workspace, maybe an expired one.
    Checked<catalog::Workspace> by_password(const std::string& user, const Secret& password, const Client& client);
    // The key as it is kept; nullopt: it is the instance's admin's.
    Checked<std::optional<catalog::ApiKey>> by_key(std::string_view presented, const Client& client);

private:
    std::optional<catalog::ApiKey> project_key(std::string_view presented, const std::string& hash) const;
    Refused wrong(const Client& client, const ProjectId& project, std::string_view user);

    Context& context_;
    const Secret mock_secret_;
};

}  // namespace smew::http
