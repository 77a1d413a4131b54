#pragma once
// A pool of connections, as an application server has one: who finds none free waits its turn. One thread.

#include "load/pg_connection.hpp"

#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <memory>
#include <vector>

namespace smew::load {

class PgPool {
public:
    PgPool(boost::asio::any_io_executor executor, PgServer& server, std::size_t size);

    std::size_t size() const { return connections_.size(); }
    PgConnection& at(std::size_t index) { return *connections_[index]; }
    // The connection has been made (anew) and may be given out.
    void add(std::size_t index);

    // One waiter's place. Its owner keeps it while it waits.
    struct Place {
        explicit Place(const boost::asio::any_io_executor& executor) : timer(executor) {}
        boost::asio::steady_timer timer;
        PgConnection* given = nullptr;
        bool waits = false;
    };
    // Null when the wait was ended by give_up().
    boost::asio::awaitable<PgConnection*> acquire(Place& place);
    void give_up(Place& place);
    // Back to the pool, or out of it when it was lost.
    void release(PgConnection& connection);

private:
    void hand(PgConnection& connection);

    std::vector<std::unique_ptr<PgConnection>> connections_;
    std::vector<PgConnection*> free_;
    std::deque<Place*> waiting_;
};

}  // namespace smew::load
