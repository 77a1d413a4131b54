#pragma once
// A request's way without its socket: admitted by its head, then handled with its body. Both may wait for the disk and
// run on pool threads. Neither throws: whatever goes wrong becomes a response.

#include "http/access.hpp"
#include "http/idempotency.hpp"
#include "http/message.hpp"
#include "http/route.hpp"
#include "sentry/scope.hpp"

#include <optional>
#include <string>

namespace smew::http {

// One request and its response, as they take shape.
struct Exchange {
    Head head;
    const Route* route = nullptr;  // null: none fits
    Request request;
    std::string path;                  // for the log and for problems
    std::optional<Response> response;  // set by admit(): nothing more is to be read
    tracing::Transaction transaction;
    std::shared_ptr<void> profiled;  // while it lives, the server's CPU time is profiled for it; mostly null
    sentry::Scope scope;             // what a report of an error says of the request
};

class Dispatcher {
public:
    explicit Dispatcher(Context& context) : context_(context), access_(context), idempotency_(context) {}

    // Finds the route, judges the caller and the query, opens the file an upload goes to.
    void admit(Exchange& exchange);
    // After admit(), with head.body_text or request.upload complete. Sets the response.
    void handle(Exchange& exchange);
    // A problem that was found outside: a body too large, malformed HTTP.
    void refuse(Exchange& exchange, const Error& error);

private:
    void admit_or_throw(Exchange& exchange, std::chrono::milliseconds& delay);
    void open_upload(Exchange& exchange);
    Response handle_or_throw(Exchange& exchange);
    template <class Work>
    Response guarded(Exchange& exchange, Work work) const;

    Context& context_;
    AccessControl access_;
    Idempotency idempotency_;
};

}  // namespace smew::http
