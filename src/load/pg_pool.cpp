#include "load/pg_pool.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace smew::load {

namespace asio = boost::asio;

PgPool::PgPool(asio::any_io_executor executor, PgServer& server, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) connections_.push_back(std::make_unique<PgConnection>(executor, server));
}

void PgPool::hand(PgConnection& connection) {
    if (waiting_.empty()) {
        free_.push_back(&connection);
        return;
    }
    Place& next = *waiting_.front();
    waiting_.pop_front();
    next.given = &connection;
    next.timer.cancel();
}

void PgPool::add(std::size_t index) {
    hand(at(index));
}

asio::awaitable<PgConnection*> PgPool::acquire(Place& place) {
    if (!free_.empty()) {
        PgConnection* connection = free_.back();
        free_.pop_back();
        co_return connection;
    }
    place.given = nullptr;
    place.waits = true;
    waiting_.push_back(&place);
    while (place.waits && place.given == nullptr) {
        place.timer.expires_after(std::chrono::hours(24));
        co_await place.timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    place.waits = false;
    co_return place.given;
}

void PgPool::give_up(Place& place) {
    std::erase(waiting_, &place);
    place.waits = false;
    place.timer.cancel();
}

void PgPool::release(PgConnection& connection) {
    if (connection.connected()) hand(connection);
}

}  // namespace smew::load
