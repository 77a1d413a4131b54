#pragma once
// The WebSocket door, at kPath of the HTTP listener: takes over connections that ask to be upgraded.

#include "http/message.hpp"
#include "http/websocket/gate.hpp"
#include "http/websocket/session.hpp"

#include <mutex>
#include <unordered_set>

namespace smew::http::websocket {

class Door {
public:
    explicit Door(Context& context);
    ~Door();
    Door(const Door&) = delete;
    Door& operator=(const Door&) = delete;

    // Judges a request to upgrade, and the login of its Authorization header if it has one.
    struct Judgement {
        std::optional<Response> refusal;
        std::optional<Guest> guest;
        Peer peer;
    };
    boost::asio::awaitable<Judgement> judge(const UpgradeHead& head, const boost::asio::ip::tcp::endpoint& client,
                                            bool tls, std::string request_id);
    // Of a request without refusal. The session goes on by itself.
    void welcome(std::unique_ptr<Channel> channel, UpgradeHead head, Judgement judgement);

    // Tells every connection, waits `grace` for them, and ends what is left.
    void stop(std::chrono::milliseconds grace);

private:
    Peer admit(const UpgradeHead& head, const boost::asio::ip::tcp::endpoint& client, bool tls) const;
    Guest known_guest(const UpgradeHead& head, const Peer& peer, std::chrono::milliseconds& delay);

    Context& context_;
    Gate gate_;
    std::shared_ptr<net::AddressPlaces> places_, address_places_;  // shared with those who have one
    const Model model_;
    TalkRates talk_rates_;
    boost::asio::thread_pool pool_, model_pool_;
    std::mutex mutex_;
    std::vector<std::weak_ptr<Session>> sessions_;
    Journal journal_;                     // its thread tells sessions; they end before it, and it before the rest
    net::TaskGroup tasks_{"websockets"};  // first to go: its tasks use the above
};

}  // namespace smew::http::websocket
