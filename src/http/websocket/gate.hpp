#pragma once
// Who may come in, to which workspace. Waits for the metadata store and computes a password's hash: for a pool thread.

#include "core/error.hpp"
#include "http/context.hpp"
#include "http/websocket/client_message.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace smew::http::websocket {

struct Guest {
    catalog::Workspace workspace;
    std::string name;  // the workspace's user, or the key's id: conversations are kept by it
};

class Gate {
public:
    explicit Gate(Context& context);

    // `network`: what counts as one client. `delay`: how long to wait with the answer to a wrong password or key.
    // Nothing about a workspace is told before the password or key was right.
    Result<Guest> judge(const Login& login, const std::string& network, std::chrono::milliseconds& delay);

private:
    Result<Guest> by_password(const Login& login, const std::string& network, std::chrono::milliseconds& delay);
    Result<Guest> by_key(const Login& login, const std::string& network, std::chrono::milliseconds& delay);
    // Whose key it is: a project and the key's id. 28000 when it is nobody's, 42501 when it may not.
    Result<std::pair<ProjectId, std::string>> owner_of(const Login& login, const std::string& network,
                                                       std::chrono::milliseconds& delay);
    Result<Guest> open(catalog::Workspace workspace, std::string name) const;
    std::chrono::milliseconds failed(const ProjectId& project, const std::string& network, std::string_view user);

    Context& context_;
    const Secret mock_secret_;
};

// The login of an Authorization header: Basic with a workspace's user, or Bearer with a key, and the workspace (and
// project) of the headers X-Smew-Workspace and X-Smew-Project. nullopt: it has another form.
std::optional<Login> login_of(std::string_view authorization, std::string_view workspace, std::string_view project);

}  // namespace smew::http::websocket
