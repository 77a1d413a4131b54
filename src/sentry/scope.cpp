#include "sentry/scope.hpp"

namespace smew::sentry {
namespace {

thread_local Scope* current_scope = nullptr;

}  // namespace

void Scope::apply(Event& event) const {
    if (event.transaction.empty()) event.transaction = transaction;
    if (!event.request) event.request = request;
    if (event.user.empty()) event.user = user;
    // What the event says itself comes last and wins.
    event.tags.insert(event.tags.begin(), tags.begin(), tags.end());
    event.contexts.insert(event.contexts.begin(), contexts.begin(), contexts.end());
    if (!event.trace) {
        event.trace = trace;
        event.sampling_context = sampling_context;
    }
    event.breadcrumbs = trail.all();
}

Scope* Scope::current() {
    return current_scope;
}

Entered::Entered(Scope& scope) : before_(std::exchange(current_scope, &scope)) {}

Entered::~Entered() {
    current_scope = before_;
}

}  // namespace smew::sentry
