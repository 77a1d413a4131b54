#pragma once
// Who is calling, and may they? Judged before anything is looked up that the answer could give away.

#include "auth/basic.hpp"
#include "auth/login_throttle.hpp"
#include "http/context.hpp"
#include "http/message.hpp"
#include "http/route.hpp"

#include <string>
#include <string_view>

namespace smew::http {

class AccessControl {
public:
    explicit AccessControl(Context& context);

    // Throws 401 for a missing or unknown key, 403 for one that does not reach this far, 429 after many wrong ones.
    // `parameters`: of the path. `delay` is how long to wait with the answer to a wrong key.
    Caller authorise(const Route& route, const NamedTexts& parameters, const Head& head,
                     std::chrono::milliseconds& delay);

private:
    Caller identify(const Route& route, const Head& head, std::chrono::milliseconds& delay);
    Caller workspace_user(const auth::BasicCredentials& credentials, const Head& head,
                          std::chrono::milliseconds& delay);
    void check_throttle(const std::string& address, std::string_view user);
    std::optional<Caller> project_key(std::string_view presented);

    Context& context_;
    auth::LoginThrottle& throttle_;  // of all doors
};

}  // namespace smew::http
