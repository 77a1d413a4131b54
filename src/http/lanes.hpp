#pragma once
// Threads for what must not run on the io threads. Work that may wait for a worker has threads of its own, so that
// health checks, logins and listings go on while all of those are busy with loads; file pieces never wait behind
// either.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cstddef>

namespace smew::http {

class Lanes {
public:
    explicit Lanes(std::size_t threads)
        : metadata(std::clamp<std::size_t>(threads / 2, 2, 8)), workers(std::max<std::size_t>(threads, 1)), disk(2) {}

    void join() {
        metadata.join();
        workers.join();
        disk.join();
    }

    boost::asio::thread_pool metadata, workers, disk;
};

// Runs a member function of `object` on the pool; the caller goes on where it was. `argument` is the caller's and
// outlives the call, since the caller waits for it.
template <class Object, class Argument, class Value>
boost::asio::awaitable<Value> call_here(Object& object, Value (Object::*function)(Argument&), Argument& argument) {
    co_return (object.*function)(argument);
}

template <class Object, class Argument, class Value>
boost::asio::awaitable<Value> call_on(boost::asio::thread_pool& pool, Object& object,
                                      Value (Object::*function)(Argument&), Argument& argument) {
    return boost::asio::co_spawn(pool.get_executor(), call_here(object, function, argument),
                                 boost::asio::use_awaitable);
}

}  // namespace smew::http
