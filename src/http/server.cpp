#include "http/server.hpp"

#include "http/connection.hpp"
#include "http/websocket/door.hpp"
#include "net/listener.hpp"
#include "net/task_group.hpp"
#include "telemetry/log.hpp"

#include <mutex>
#include <unordered_set>
#include <vector>

namespace smew::http {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::milliseconds kForceWait{1000};

class BeastServer final : public Server {
public:
    BeastServer(asio::io_context& io, Services services, const net::Tls* tls)
        : context_(std::move(services)),
          dispatcher_(context_),
          lanes_(static_cast<std::size_t>(context_.settings.http_threads)),
          door_(context_),
          tls_(tls),
          listener_(net::Listener::open(io, context_.settings.http_listen).value()) {}

    ~BeastServer() override {
        listener_.close();
        tasks_.cancel();
    }

    void start() override {
        tasks_.spawn(listener_.executor(),
                     listener_.run([this](asio::ip::tcp::socket socket) { welcome(std::move(socket)); }));
    }

    std::string address() const override { return listener_.address(); }
    void set_pg_address(std::string address) override { context_.set_pg_address(std::move(address)); }
    void set_ready(bool ready) override { context_.ready = ready; }

    void stop(std::chrono::milliseconds grace) override {
        context_.stopping = true;
        listener_.close();
        for (const auto& connection : open_connections()) connection->end_when_idle();
        door_.stop(grace);
        if (tasks_.wait_for(grace)) return;
        tasks_.cancel();
        if (!tasks_.wait_for(kForceWait)) log::warning("http_requests_outlive_stop", {{"connections", tasks_.size()}});
    }

private:
    using ConnectionPointer = std::shared_ptr<Connection>;  // shared with the connection's own posted work

    // Keeps a connection in the list of those that are told when the server stops.
    class Registration {
    public:
        Registration(BeastServer& server, ConnectionPointer connection)
            : server_(server), connection_(std::move(connection)) {
            const std::lock_guard guard(server_.mutex_);
            server_.connections_.insert(connection_);
        }
        ~Registration() {
            const std::lock_guard guard(server_.mutex_);
            server_.connections_.erase(connection_);
        }
        Registration(const Registration&) = delete;
        Registration& operator=(const Registration&) = delete;

    private:
        BeastServer& server_;
        ConnectionPointer connection_;
    };

    void welcome(asio::ip::tcp::socket socket) {
        const auto limit = static_cast<std::size_t>(context_.settings.http_max_connections);
        if (tasks_.size() >= limit) {
            log::warning("http_connections_exhausted", {{"limit", limit}});
            return;  // closes it
        }
        const auto executor = socket.get_executor();
        tasks_.spawn(executor, serve(make_connection({context_, dispatcher_, lanes_, door_}, std::move(socket), tls_)));
    }

    asio::awaitable<void> serve(ConnectionPointer connection) {
        const Registration listed(*this, connection);
        if (!context_.stopping) co_await connection->run();
    }

    std::vector<ConnectionPointer> open_connections() {
        const std::lock_guard guard(mutex_);
        return {connections_.begin(), connections_.end()};
    }

    Context context_;
    Dispatcher dispatcher_;
    Lanes lanes_;  // joined when it goes
    websocket::Door door_;
    const net::Tls* tls_;
    net::Listener listener_;
    std::mutex mutex_;
    std::unordered_set<ConnectionPointer> connections_;
    net::TaskGroup tasks_{"http"};  // first to go: waits for the connections, which use all of the above
};

}  // namespace

std::unique_ptr<Server> Server::create(asio::io_context& io, Services services, const net::Tls* tls) {
    const bool wanted = services.settings.http_tls;
    if (wanted && tls == nullptr) {
        throw ErrorException({sqlstate::kInternalError, "http_tls is on, but there is no certificate"});
    }
    return std::make_unique<BeastServer>(io, std::move(services), wanted ? tls : nullptr);
}

}  // namespace smew::http
