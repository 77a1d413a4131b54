#pragma once
// Who may come in, to which workspace. Waits for the metadata store and computes a password's hash: for a pool thread.

#include "core/error.hpp"
#include "http/context.hpp"
#include "http/credentials.hpp"
#include "http/websocket/client_message.hpp"
#include "telemetry/metrics.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace smew::http::websocket {

struct Guest {
    catalog::Workspace workspace;
    std::string name;  // the workspace's user, or the key's id: conversations are kept by it
    bool reads_only = false;
};

struct Denial {
    Error error;
    telemetry::WebSocketLogin outcome = telemetry::WebSocketLogin::kAuthFailed;
    std::chrono::milliseconds delay{0};  // to wait with the answer to a wrong password or key
    bool throttled = false;
};
template <class T>
using Judged = boost::system::result<T, Denial>;

class Gate {
public:
    explicit Gate(Context& context);

    // Nothing about a workspace is told before the password or key was right.
    Judged<Guest> judge(const Login& login, const Credentials::Client& client);

private:
    Judged<Guest> by_password(const Login& login, const Credentials::Client& client);
    Judged<Guest> by_key(const Login& login, const Credentials::Client& client);
    Judged<Guest> open(Guest guest) const;

    Context& context_;
    Credentials credentials_;
};

// The login of an Authorization header: Basic with a workspace's user, or Bearer with a key, and the workspace (and
// project) of the headers X-Smew-Workspace and X-Smew-Project. nullopt: it has another form.
std::optional<Login> login_of(std::string_view authorization, std::string_view workspace, std::string_view project);

}  // namespace smew::http::websocket
