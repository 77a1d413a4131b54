#pragma once
// One WebSocket as a stream of text messages, over TCP or TLS. Hides Beast, which is heavy. Belongs to its socket's
// strand. Answers pings; pings what is silent and closes it when it stays so (websocket_ping_interval_seconds).

#include "config/settings.hpp"
#include "telemetry/metrics.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace smew::http::websocket {

using UpgradeHead = boost::beast::http::request_header<>;

// Why nothing more is to be read.
enum class ReadEnd { kClosed, kSilent, kProtocolError, kTooLarge };

class Channel {
public:
    virtual ~Channel() = default;
    virtual boost::asio::any_io_executor executor() = 0;

    // Answers the request to upgrade; false when the peer is gone.
    virtual boost::asio::awaitable<bool> accept(const UpgradeHead& head) = 0;
    struct Incoming {
        std::optional<ReadEnd> end;
        bool text = true;     // not binary
        std::string message;  // whole; valid UTF-8 when it is text
    };
    virtual boost::asio::awaitable<Incoming> read() = 0;
    // False when the peer is gone.
    virtual boost::asio::awaitable<bool> write(std::string_view message) = 0;
    // Asks the peer for a sign of life; its answer, seen by a read(), tells the round trip. False when it is gone.
    virtual boost::asio::awaitable<bool> ping() = 0;
    // The last one; 0: none yet.
    virtual std::chrono::microseconds round_trip() const = 0;
    // The peer gave no sign of life in time.
    virtual bool silent() const = 0;
    // Says why, and waits a little for the peer to have heard it.
    virtual boost::asio::awaitable<void> close(std::uint16_t code, std::string_view reason) = 0;
    // Ends everything under way, without a word.
    virtual void cut() = 0;
};

using PlainTransport = boost::beast::tcp_stream;
using TlsTransport = boost::asio::ssl::stream<boost::beast::tcp_stream>;

// `early`: what was read beyond the request.
std::unique_ptr<Channel> make_channel(PlainTransport stream, boost::beast::flat_buffer early,
                                      const config::Settings& settings, telemetry::Metrics& metrics);
std::unique_ptr<Channel> make_channel(TlsTransport stream, boost::beast::flat_buffer early,
                                      const config::Settings& settings, telemetry::Metrics& metrics);

}  // namespace smew::http::websocket
