#pragma once
// A response's body that is made while it is sent: nobody knows its length, and it may pause for as long as a statement
// runs.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <string_view>

namespace smew::http {

class BodyStream {
public:
    virtual ~BodyStream() = default;
    // Before the first piece: the connection's executor, on which all below is called.
    virtual void attach(const boost::asio::any_io_executor& executor) = 0;
    // The next piece, which holds until the next call; empty at the end. What goes wrong after the header has been sent
    // can only be told inside the stream.
    virtual boost::asio::awaitable<std::string_view> next() = 0;
    // Nobody reads any more: next() is to end soon.
    virtual void abandon() = 0;
};

}  // namespace smew::http
