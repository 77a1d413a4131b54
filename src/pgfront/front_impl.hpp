#pragma once
// The front as it is: see front.hpp.

#include "net/listener.hpp"
#include "net/task_group.hpp"
#include "pgfront/front.hpp"
#include "pgfront/hand_over.hpp"
#include "pgfront/login.hpp"
#include "pgfront/negotiation.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <exception>
#include <memory>
#include <string>
#include <variant>

namespace smew::pgfront {

class FrontImpl final : public Front {
public:
    FrontImpl(boost::asio::io_context& io, const config::Settings& settings, const net::Tls* tls, Directory directory,
              fleet::Fleet& fleet, auth::LoginThrottle& throttle, telemetry::Metrics& metrics,
              telemetry::Events& events, const Clock& clock);
    ~FrontImpl() override;

    void start() override;
    std::string address() const override { return listener_.address(); }
    void stop_accepting() override;
    void stop() override;

private:
    // What became of a connection within its deadline: nothing to do, a client that may come in, or one that may not.
    using Attempt = std::variant<std::monostate, LoggedIn, Refusal>;

    void accept(boost::asio::ip::tcp::socket socket);
    boost::asio::awaitable<void> serve(std::unique_ptr<Client> client);
    boost::asio::awaitable<Attempt> log_in(Client& client);
    boost::asio::awaitable<void> hand_over(std::unique_ptr<Client> client, LoggedIn login);
    boost::asio::awaitable<void> refuse(Client& client, Refusal refusal);
    // For a login that did not come to its end; nullopt: it is closed without a word.
    std::optional<Refusal> explain(const Client& client, const std::exception_ptr& failure) const;
    void count_refusal(const std::string& address, const Refusal& refusal);

    const std::chrono::seconds login_timeout_;
    const std::size_t max_logins_;
    const Directory directory_;
    telemetry::Metrics& metrics_;
    auth::LoginThrottle& throttle_;               // of all doors
    std::shared_ptr<net::AddressPlaces> places_;  // shared with the places taken, which may outlive the front
    net::Listener listener_;
    boost::asio::thread_pool pool_;
    std::atomic<bool> stopping_ = false;
    // The tasks use what is above, so the groups are the first to go.
    net::TaskGroup relays_{"relays"};
    Negotiation negotiation_;
    Login login_;
    HandOver hand_over_;
    net::TaskGroup logins_{"logins"};
};

}  // namespace smew::pgfront
