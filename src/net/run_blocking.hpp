#pragma once
// Runs what waits (a store's transaction, the start of a process) on a pool of threads, and resumes the coroutine on
// its own executor. The call is always joined: cancelling the coroutine takes effect after it.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <type_traits>
#include <utility>

namespace smew::net {

template <class Function>
boost::asio::awaitable<std::invoke_result_t<Function&>> call_as_coroutine(Function function) {
    co_return function();
}

// `function` is copied or moved in; its exception is thrown here. With g++ 12 give the lambda a name before the
// co_await: one written inside the expression is destroyed twice.
template <class Function>
boost::asio::awaitable<std::invoke_result_t<Function&>> run_blocking(boost::asio::thread_pool& pool,
                                                                     Function function) {
    co_return co_await boost::asio::co_spawn(pool, call_as_coroutine(std::move(function)), boost::asio::use_awaitable);
}

}  // namespace smew::net
