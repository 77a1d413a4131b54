#include "http/websocket/channel.hpp"

#include "http/websocket/early_bytes.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>

#include <algorithm>

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"  // see http_connection.hpp
#endif

namespace smew::http::websocket {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace ws = boost::beast::websocket;
using asio::awaitable;
using boost::system::error_code;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::seconds kHandshakeTimeout{10};  // of the upgrade, and of the peer's part of a close
constexpr std::size_t kMaxReasonBytes = 123;           // what a close frame has room for
constexpr std::size_t kKeptBuffer = 16 << 10;

ReadEnd end_of(const error_code& error) {
    if (error == ws::error::message_too_big || error == ws::error::buffer_overflow) return ReadEnd::kTooLarge;
    // Beast has answered these with a close frame of its own.
    if (error.category() == make_error_code(ws::error::bad_opcode).category() && error != ws::error::closed) {
        return ReadEnd::kProtocolError;
    }
    return ReadEnd::kClosed;
}

// While somebody logs in nothing is read, and no sign of life seen.
std::chrono::seconds longest_silence(const config::Settings& settings) {
    return std::max(2 * settings.websocket_ping_interval_seconds,
                    settings.websocket_login_timeout_seconds + std::chrono::seconds(1));
}

template <class Transport>
class BeastChannel final : public Channel {
public:
    BeastChannel(Transport stream, beast::flat_buffer early, const config::Settings& settings,
                 telemetry::Metrics& metrics)
        : metrics_(metrics), stream_(std::move(stream), std::move(early)) {
        beast::get_lowest_layer(stream_).expires_never();  // the WebSocket has its own times
        stream_.set_option(ws::stream_base::timeout{.handshake_timeout = kHandshakeTimeout,
                                                    .idle_timeout = longest_silence(settings),
                                                    .keep_alive_pings = true});
        stream_.set_option(ws::stream_base::decorator(
            [](ws::response_type& response) { response.set(beast::http::field::server, "smew"); }));
        stream_.read_message_max(settings.websocket_max_message_bytes.count);
        stream_.auto_fragment(false);
        stream_.text(true);
        ws::permessage_deflate deflate;
        deflate.server_enable = settings.websocket_compression;
        stream_.set_option(deflate);
        stream_.control_callback([this](ws::frame_type kind, beast::string_view payload) {
            if (kind == ws::frame_type::pong) on_pong({payload.data(), payload.size()});
        });
    }

    asio::any_io_executor executor() override { return stream_.get_executor(); }

    awaitable<bool> accept(const UpgradeHead& head) override {
        const beast::http::request<beast::http::string_body> request(head);
        const auto [error] = co_await stream_.async_accept(request, kTuple);
        co_return !error;
    }

    awaitable<Incoming> read() override {
        const auto [error, size] = co_await stream_.async_read(buffer_, kTuple);
        if (!went_well(error)) {
            co_return Incoming{.end = silent_ ? ReadEnd::kSilent : end_of(error), .text = true, .message = {}};
        }
        Incoming incoming{.end = {}, .text = stream_.got_text(), .message = beast::buffers_to_string(buffer_.data())};
        buffer_.consume(buffer_.size());
        if (buffer_.capacity() > kKeptBuffer) buffer_ = beast::flat_buffer();  // idle connections are many
        co_return incoming;
    }

    awaitable<bool> write(std::string_view message) override {
        const auto [error, size] = co_await stream_.async_write(asio::buffer(message.data(), message.size()), kTuple);
        co_return went_well(error);
    }

    awaitable<bool> ping() override {
        pinged_at_ = std::chrono::steady_clock::now();
        ping_ = std::to_string(pinged_at_.time_since_epoch().count());
        const auto [error] = co_await stream_.async_ping(ws::ping_data(ping_), kTuple);
        co_return went_well(error);
    }

    bool silent() const override { return silent_; }

    std::chrono::microseconds round_trip() const override { return round_trip_; }

    awaitable<void> close(std::uint16_t code, std::string_view reason) override {
        const ws::close_reason why(static_cast<ws::close_code>(code), reason.substr(0, kMaxReasonBytes));
        (void)co_await stream_.async_close(why, kTuple);
    }

    void cut() override {
        error_code ignored;
        beast::get_lowest_layer(stream_).socket().close(ignored);
    }

private:
    // Of the operations under way Beast tells only one that the peer was silent, the others that they were aborted.
    bool went_well(const error_code& error) {
        silent_ = silent_ || error == beast::error::timeout;
        return !error;
    }

    // Beast's own pings carry nothing, and a client may send pongs nobody asked for.
    void on_pong(std::string_view payload) {
        if (ping_.empty() || payload != ping_) return;
        ping_.clear();
        const auto taken = std::chrono::steady_clock::now() - pinged_at_;
        round_trip_ =
            std::max(std::chrono::duration_cast<std::chrono::microseconds>(taken), std::chrono::microseconds(1));
        metrics_.websocket_round_trip(round_trip_);
    }

    telemetry::Metrics& metrics_;
    ws::stream<EarlyBytes<Transport>> stream_;
    beast::flat_buffer buffer_;
    bool silent_ = false;
    std::string ping_;  // that waits for its pong
    std::chrono::steady_clock::time_point pinged_at_;
    std::chrono::microseconds round_trip_{0};
};

}  // namespace

std::unique_ptr<Channel> make_channel(PlainTransport stream, beast::flat_buffer early, const config::Settings& settings,
                                      telemetry::Metrics& metrics) {
    return std::make_unique<BeastChannel<PlainTransport>>(std::move(stream), std::move(early), settings, metrics);
}
std::unique_ptr<Channel> make_channel(TlsTransport stream, beast::flat_buffer early, const config::Settings& settings,
                                      telemetry::Metrics& metrics) {
    return std::make_unique<BeastChannel<TlsTransport>>(std::move(stream), std::move(early), settings, metrics);
}

}  // namespace smew::http::websocket
