#pragma once
// Who is calling, and may they? Judged before anything is looked up that the answer could give away.

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
    // `project`: of the path; empty when it has none. `delay` is how long to wait with the answer to a wrong key.
    Caller authorise(const Route& route, std::string_view project, const Head& head, std::chrono::milliseconds& delay);

private:
    Caller identify(const Head& head, std::chrono::milliseconds& delay);
    std::optional<Caller> project_key(std::string_view presented);

    Context& context_;
    auth::LoginThrottle throttle_;
};

}  // namespace smew::http
