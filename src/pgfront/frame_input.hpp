#pragma once
// Whole messages out of a client's stream, during login.

#include "core/error.hpp"
#include "pgfront/client_stream.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace smew::pgfront {

struct Message {
    char type = 0;  // 0: a startup packet
    std::vector<std::uint8_t> body;
};

class FrameInput {
public:
    // `stream` outlives it.
    explicit FrameInput(ClientStream& stream) : stream_(stream) {}

    // Error 08P01 for a length that no message of this kind has. Throws system_error at the end of the stream.
    boost::asio::awaitable<Result<Message>> startup_packet();
    boost::asio::awaitable<Result<Message>> message(std::size_t max_bytes);

    // True when nothing was read beyond the messages given out.
    bool empty() const { return buffer_.empty(); }
    // What was read beyond them; the input is empty then.
    std::string take_rest();

private:
    boost::asio::awaitable<void> read_more();

    ClientStream& stream_;
    std::vector<std::uint8_t> buffer_;
};

}  // namespace smew::pgfront
