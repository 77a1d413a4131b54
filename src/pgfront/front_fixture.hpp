#pragma once
// A running front with one workspace behind it, and a client that talks to it byte by byte. For tests.

#include "net/address.hpp"
#include "net/login_policy.hpp"
#include "pgfront/fake_fleet.hpp"
#include "pgfront/front_impl.hpp"
#include "pgproto/backend.hpp"
#include "pgproto/frame.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <sys/socket.h>
#include <sys/time.h>
#include <thread>
#include <vector>

namespace smew::pgfront {

using Bytes8 = std::vector<std::uint8_t>;

// A blocking client. Reading gives up after ten seconds.
class Peer {
public:
    Peer(const std::string& address) : socket_(io_) {
        socket_.connect(*net::parse_listen_address(address));
        const timeval limit{10, 0};
        ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    }

    void send(std::string_view bytes) {
        const auto from = boost::asio::buffer(bytes.data(), bytes.size());
        boost::system::error_code gone;
        tls_ ? boost::asio::write(*tls_, from, gone) : boost::asio::write(socket_, from, gone);
    }
    void send(const Bytes8& bytes) { send(as_text(bytes)); }
    void half_close() {
        boost::system::error_code gone;
        socket_.shutdown(boost::asio::socket_base::shutdown_send, gone);
    }
    void close() { socket_.close(); }

    // One byte that is no message: the answer to a request for encryption. 0 at the end of the stream.
    char byte() {
        char answer = 0;
        boost::system::error_code gone;
        read(&answer, 1, gone);
        return answer;
    }
    // The next message's type and body; type 0 at the end of the stream.
    std::pair<char, Bytes8> frame() {
        for (;;) {
            ByteSpan rest(input_);
            const auto frame = pgproto::take_frame(rest, 1 << 20);
            if (frame.state == pgproto::FrameState::kFrame) {
                std::pair<char, Bytes8> taken{frame.type, {frame.body.begin(), frame.body.end()}};
                input_.erase(input_.begin(), input_.end() - static_cast<std::ptrdiff_t>(rest.size()));
                return taken;
            }
            Bytes8 more(4096);
            boost::system::error_code gone;
            const std::size_t got = read(more.data(), more.size(), gone);
            if (gone || got == 0) return {};
            input_.insert(input_.end(), more.begin(), more.begin() + static_cast<std::ptrdiff_t>(got));
        }
    }
    // Everything up to the end of the stream.
    std::string rest() {
        std::string all(as_text(input_));
        input_.clear();
        for (char byte = 0;;) {
            boost::system::error_code gone;
            if (read(&byte, 1, gone) == 0 || gone) return all;
            all += byte;
        }
    }
    bool ended() { return frame().first == 0; }
    // The end of the stream was announced, as TLS asks for, and nothing came before it.
    bool ended_orderly() {
        char byte = 0;
        boost::system::error_code gone;
        return read(&byte, 1, gone) == 0 && gone == boost::asio::error::eof;
    }

    // The client's side of a TLS handshake; ALPN as protocols behind their lengths.
    bool start_tls(const std::string& alpn = "") {
        tls_.emplace(socket_, context_);
        SSL_set_alpn_protos(tls_->native_handle(), reinterpret_cast<const unsigned char*>(alpn.data()),
                            static_cast<unsigned>(alpn.size()));
        boost::system::error_code failed;
        tls_->handshake(boost::asio::ssl::stream_base::client, failed);
        return !failed;
    }
    void stop_tls() {
        boost::system::error_code ignored;
        tls_->shutdown(ignored);
    }

private:
    std::size_t read(void* into, std::size_t size, boost::system::error_code& gone) {
        const auto buffer = boost::asio::buffer(into, size);
        return tls_ ? tls_->read_some(buffer, gone) : socket_.read_some(buffer, gone);
    }

    boost::asio::io_context io_;
    boost::asio::ip::tcp::socket socket_;
    boost::asio::ssl::context context_{boost::asio::ssl::context::tls_client};
    std::optional<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> tls_;
    Bytes8 input_;
};

inline Error error_of(const Bytes8& body) {
    const auto message = pgproto::parse_backend('E', body);
    if (!message) return {sqlstate::kInternalError, "not an ErrorResponse"};
    return std::get<pgproto::ErrorResponse>(*message).error;
}

class FrontTest : public testing::Test {
protected:
    FrontTest() {
        settings_.pg_listen = "127.0.0.1:0";
        settings_.auth_failure_limit = 0;  // no delays, unless a test wants them
        workspace_.id = WorkspaceId("abc12345");
        workspace_.number = 1;
        workspace_.name = "analysis";
        workspace_.username = "ws_abc12345_x";
        static const std::string kVerifier = auth::ScramVerifier::from_password(password_).to_text();
        workspace_.verifier = kVerifier;
    }
    ~FrontTest() override {
        if (front_) front_->stop();
        front_.reset();
        work_.reset();
        for (std::thread& thread : threads_) thread.join();
    }

    // After the settings are as the test wants them.
    FrontImpl& front() {
        if (front_) return *front_;
        Directory directory{.workspace_by_user = [this](std::string_view user) -> std::optional<catalog::Workspace> {
                                if (user == "broken") throw std::runtime_error("the store is broken");
                                if (user != workspace_.username) return std::nullopt;
                                return workspace_;
                            },
                            .mock_secret = Secret("mock")};
        throttle_ = std::make_unique<auth::LoginThrottle>(net::login_policy(settings_), clock_);
        front_ = std::make_unique<FrontImpl>(io_, settings_, tls_, std::move(directory), fleet_, *throttle_, metrics_,
                                             events_, clock_);
        front_->start();
        for (int i = 0; i < 2; ++i) threads_.emplace_back([this] { io_.run(); });
        return *front_;
    }
    Peer connect() { return Peer(front().address()); }

    using Parameters = std::vector<std::pair<std::string_view, std::string_view>>;
    static Bytes8 startup(const Parameters& parameters, std::uint16_t minor = 0) {
        Bytes8 out;
        pgproto::write(out, pgproto::StartupMessage{.major = 3, .minor = minor, .parameters = parameters});
        return out;
    }
    Bytes8 startup(std::uint16_t minor = 0) const { return startup({{"user", workspace_.username}}, minor); }
    static Bytes8 ssl_request() {
        Bytes8 out;
        pgproto::write(out, pgproto::SslRequest{});
        return out;
    }

    // From the AuthenticationSASL on: what comes after the proof (12 when it is accepted), as type and body.
    std::pair<char, Bytes8> prove(Peer& peer, const Secret& password,
                                  std::optional<std::vector<std::uint8_t>> binding = {}, std::string_view ahead = "") {
        if (peer.frame().first != 'R') return {};
        auth::ScramClient scram(password, std::move(binding));
        Bytes8 out;
        const std::string first = scram.first();
        pgproto::write_sasl_initial_response(out, {.mechanism = scram.mechanism(), .data = as_bytes(first)});
        peer.send(out);
        const auto challenge = peer.frame();
        if (challenge.first != 'R') return challenge;
        const auto final = scram.final(as_text(ByteSpan(challenge.second).subspan(4)));
        if (!final) return {};
        out.clear();
        pgproto::write_sasl_response(out, as_bytes(*final));
        out.insert(out.end(), ahead.begin(), ahead.end());
        peer.send(out);
        return peer.frame();
    }
    // The SQLSTATE a login ends with; "ok" for one that is handed over.
    std::string log_in(const Bytes8& startup_packet, const Secret& password) {
        Peer peer = connect();
        peer.send(startup_packet);
        return outcome(prove(peer, password), peer);
    }
    std::string log_in() { return log_in(startup(), password_); }
    static std::string outcome(std::pair<char, Bytes8> answer, Peer& peer) {
        if (answer.first == 'R') answer = peer.frame();
        return answer.first == 'E' ? std::string(error_of(answer.second).code.text()) : std::string(1, answer.first);
    }
    std::string metric(const std::string& line_start) const {
        const std::string text = metrics_.scrape();
        const std::size_t at = text.find("\n" + line_start + " ");
        if (at == std::string::npos) return "";
        const std::size_t value = at + line_start.size() + 2;
        return text.substr(value, text.find('\n', value) - value);
    }
    static bool eventually(const std::function<bool()>& predicate) {
        const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        while (!predicate()) {
            if (std::chrono::steady_clock::now() > limit) return false;
            std::this_thread::yield();
        }
        return true;
    }

    const Secret password_{"pencil"};
    catalog::Workspace workspace_;
    config::Settings settings_;
    net::Tls* tls_ = nullptr;
    FakeFleet fleet_;
    telemetry::Metrics metrics_{"test", "test"};
    telemetry::NoEvents events_;
    SystemClock clock_;
    boost::asio::io_context io_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
    std::vector<std::thread> threads_;
    std::unique_ptr<auth::LoginThrottle> throttle_;
    std::unique_ptr<FrontImpl> front_;
};

}  // namespace smew::pgfront
