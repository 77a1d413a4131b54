#include "app/self_check.hpp"

#include "telemetry/log.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>

namespace smew::app {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

// SSLRequest: length 8, code 80877103.
constexpr std::array<unsigned char, 8> kSslRequest{0, 0, 0, 8, 0x04, 0xD2, 0x16, 0x2F};

class Check {
public:
    std::string run(const tcp::endpoint& endpoint, std::chrono::milliseconds timeout) {
        socket_.async_connect(endpoint, [this](boost::system::error_code failed) {
            if (failed) return end(failed);
            asio::async_write(
                socket_, asio::buffer(kSslRequest), [this](boost::system::error_code unsent, std::size_t) {
                    if (unsent) return end(unsent);
                    asio::async_read(socket_, asio::buffer(answer_),
                                     [this](boost::system::error_code unread, std::size_t) { end(unread); });
                });
        });
        io_.run_for(timeout);
        return outcome_;
    }

private:
    void end(boost::system::error_code failed) { outcome_ = failed ? failed.message() : std::string(); }

    asio::io_context io_;
    tcp::socket socket_{io_};
    std::array<char, 1> answer_{};
    std::string outcome_ = "no answer in time";
};

// An address that means "every interface" is none to connect to.
asio::ip::address reachable(const asio::ip::address& bound) {
    if (!bound.is_unspecified()) return bound;
    if (bound.is_v6()) return asio::ip::address_v6::loopback();
    return asio::ip::address_v4::loopback();
}

}  // namespace

std::string check_pg_front(const std::string& address, std::chrono::milliseconds timeout) {
    const std::size_t colon = address.rfind(':');
    std::string host = address.substr(0, colon);
    if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
    boost::system::error_code unreadable;
    const auto ip = asio::ip::make_address(host, unreadable);
    if (unreadable) return unreadable.message();
    const auto port = static_cast<unsigned short>(std::stoul(address.substr(colon + 1)));
    try {
        return Check().run({reachable(ip), port}, timeout);
    } catch (const boost::system::system_error& error) {  // no descriptor is left: neither for a client
        return error.code().message();
    }
}

void check_engines(fleet::Fleet& fleet, std::chrono::milliseconds patience, const Clock& clock,
                   fleet::EngineChecks& found) {
    const fleet::EngineChecks::Round before = found.last();
    const fleet::EngineChecks::Round now{.at = clock.now(), .checks = fleet.check_engines(patience)};
    for (const fleet::EngineCheck& check : now.checks) {
        const auto earlier = std::ranges::find(before.checks, check.workspace, &fleet::EngineCheck::workspace);
        const bool failed = earlier != before.checks.end() && earlier->error;
        if (check.error && !failed)
            log::error("engine_check_failed",
                       {{"workspace_id", check.workspace.value()}, {"error", check.error->message}});
        if (!check.error && failed) log::info("engine_answers_again", {{"workspace_id", check.workspace.value()}});
    }
    found.set(now);
}

}  // namespace smew::app
