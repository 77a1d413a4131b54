#pragma once
// X-Idempotency-Key: a repeated request gets the first one's reply instead of being done twice. Bound to the caller,
// the method, the target and the body; asked only after authorisation. Replies are kept without their secrets, errors
// never.

#include "http/context.hpp"
#include "http/message.hpp"
#include "http/route.hpp"

#include <mutex>
#include <set>
#include <string>
#include <utility>

namespace smew::http {

class Idempotency {
public:
    explicit Idempotency(Context& context) : context_(context) {}

    // Runs `perform` unless a reply is known for (caller, key). Throws 409 when the key was used for something else or
    // its first request is still under way. `request_hash`: of everything the key is bound to.
    template <class Perform>
    Response once(const Request& request, const Route& route, const std::string& key, const std::string& request_hash,
                  Perform perform) {
        const Claim claim(*this, {request.caller.name(), key});
        if (std::optional<Response> known = replay(request, key, request_hash)) return std::move(*known);
        Response response = perform();
        remember(request, route, key, request_hash, response);
        response.headers.emplace_back("X-Idempotency-Key", key);
        return response;
    }

private:
    using Slot = std::pair<std::string, std::string>;
    // Held while the first request runs.
    class Claim {
    public:
        Claim(Idempotency& owner, Slot slot);
        ~Claim();
        Claim(const Claim&) = delete;
        Claim& operator=(const Claim&) = delete;

    private:
        Idempotency& owner_;
        Slot slot_;
    };

    std::optional<Response> replay(const Request& request, const std::string& key, const std::string& request_hash);
    void remember(const Request& request, const Route& route, const std::string& key, const std::string& request_hash,
                  const Response& response);
    void sweep();

    Context& context_;
    std::mutex mutex_;
    std::set<Slot> under_way_;
    SteadyTime swept_{};
};

// 400 unless it is 1 to 255 printable ASCII characters.
void check_idempotency_key(const std::string& key);

}  // namespace smew::http
