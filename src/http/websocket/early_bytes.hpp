#pragma once
// A transport whose first bytes have been read already: a client may send its first frame behind the request without
// waiting for the answer, and both may come in one segment. The WebSocket has to find those bytes where it reads.

#include <boost/beast/core/buffered_read_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/beast/websocket/teardown.hpp>

#include <utility>

namespace smew::http::websocket {

template <class Transport>
class EarlyBytes : public boost::beast::buffered_read_stream<Transport, boost::beast::flat_buffer> {
    using Base = boost::beast::buffered_read_stream<Transport, boost::beast::flat_buffer>;

public:
    EarlyBytes(Transport stream, boost::beast::flat_buffer early) : Base(std::move(stream)) {
        // An empty buffer is not kept for its capacity: idle connections are many.
        if (early.size() > 0) this->buffer() = std::move(early);
    }
};

// How the WebSocket ends what it lies upon; found by name lookup.
template <class Transport>
void teardown(boost::beast::role_type role, EarlyBytes<Transport>& stream, boost::system::error_code& error) {
    using boost::beast::websocket::teardown;
    teardown(role, stream.next_layer(), error);
}

template <class Transport, class Handler>
void async_teardown(boost::beast::role_type role, EarlyBytes<Transport>& stream, Handler&& handler) {
    using boost::beast::websocket::async_teardown;
    async_teardown(role, stream.next_layer(), std::forward<Handler>(handler));
}

}  // namespace smew::http::websocket
