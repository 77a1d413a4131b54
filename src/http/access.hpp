#pragma once
// Who is calling, and may they? Judged before anything is looked up that the answer could give away.

#include "auth/basic.hpp"
#include "http/context.hpp"
#include "http/credentials.hpp"
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
    [[noreturn]] void refuse(const Credentials::Refused& refused, const char* what,
                             std::chrono::milliseconds& delay) const;

    Context& context_;
    Credentials credentials_;
};

}  // namespace smew::http
