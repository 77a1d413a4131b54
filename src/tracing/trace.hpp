#pragma once
// A coroutine as a span: what a decorator is elsewhere.
//
//     co_await tracing::trace(transaction, "db.query", run_statement(session));
//
// For every kind of task that names its value_type, as asio::awaitable<T> does.

#include "tracing/transaction.hpp"

#include <string>
#include <type_traits>
#include <utility>

namespace smew::tracing {

// `transaction` outlives the coroutine. An exception marks the span as failed and goes on.
template <class Task>
Task trace(Transaction& transaction, std::string op, Task work, std::string description = {}) {
    Span span = transaction.span(op, description);
    span.set_status(Status::kInternalError);  // unless it comes to its end
    if constexpr (std::is_void_v<typename Task::value_type>) {
        co_await std::move(work);
        span.set_status(Status::kOk);
    } else {
        auto value = co_await std::move(work);
        span.set_status(Status::kOk);
        co_return value;
    }
}

}  // namespace smew::tracing
