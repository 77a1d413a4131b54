#pragma once
// What is known where an error may happen: the request, the caller, the trace, the breadcrumbs left on the way. What a
// thread captures while a scope is entered carries all of it.
//
//     sentry::Scope scope;
//     const sentry::Entered entered(scope);  // on this thread, until the end of the block

#include "sentry/event.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace smew::sentry {

inline constexpr std::size_t kMaxBreadcrumbs = 100;

// The last ones left.
class Trail {
public:
    void leave(Breadcrumb crumb) {
        if (crumbs_.size() == kMaxBreadcrumbs) crumbs_.pop_front();
        crumbs_.push_back(std::make_shared<const Breadcrumb>(std::move(crumb)));
    }
    std::vector<std::shared_ptr<const Breadcrumb>> all() const { return {crumbs_.begin(), crumbs_.end()}; }

private:
    std::deque<std::shared_ptr<const Breadcrumb>> crumbs_;
};

// Used by one thread at a time.
struct Scope {
    std::string transaction;  // "GET /projects/{project}"
    std::optional<RequestInfo> request;
    User user;
    Tags tags;
    Contexts contexts;
    std::optional<TraceRef> trace;
    tracing::Pairs sampling_context;
    Trail trail;
    bool errored = false;  // something was captured in it

    // Adds what it knows to an event.
    void apply(Event& event) const;
    // The one this thread is in; null: none.
    static Scope* current();
};

class Entered {
public:
    explicit Entered(Scope& scope);
    ~Entered();
    Entered(const Entered&) = delete;
    Entered& operator=(const Entered&) = delete;

private:
    Scope* before_;
};

}  // namespace smew::sentry
