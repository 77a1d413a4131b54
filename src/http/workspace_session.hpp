#pragma once
// A PostgreSQL session in a workspace's worker for a door that speaks something else: the query endpoint, WebSocket. It
// reaches the worker over a socket pair, as any client over its socket, and is listed, limited, audited and
// disconnected like one.

#include "core/bytes.hpp"
#include "fleet/fleet.hpp"
#include "pgproto/backend.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace smew::http {

// Who is behind the session, as it is listed and audited.
struct SessionOrigin {
    std::string client_address;
    std::uint16_t client_port = 0;
    // As a StartupMessage would carry them: application_name, default_transaction_read_only …
    std::vector<std::pair<std::string, std::string>> parameters;
    link::Door door = link::Door::kRest;  // as records and the list of sessions have it
    bool tls = false;
    bool reads_only = false;  // for a key that may only read; the session cannot change it
};

class WorkspaceSession {
public:
    // Takes a place among the connections (53300 when there is none) and starts the workspace's worker when it does not
    // run: waits, so call it on a thread for that.
    static Result<std::unique_ptr<WorkspaceSession>> open(fleet::Fleet& fleet, const catalog::Workspace& workspace,
                                                          SessionOrigin origin);
    // Ends the session; what runs in it is stopped.
    ~WorkspaceSession() = default;
    WorkspaceSession(const WorkspaceSession&) = delete;
    WorkspaceSession& operator=(const WorkspaceSession&) = delete;

    const SessionId& id() const { return id_; }

    // Stops the statement under way, which then fails with 57014. From any thread.
    void cancel() const { fleet_.cancel(key_.pid, key_.secret); }
    // What cancel() does, for those who must not hold the session. The fleet outlives it.
    std::function<void()> canceller() const;

    // ---- on one executor
    // First of all.
    void attach(const boost::asio::any_io_executor& executor);
    // Reads the greeting. Next, and once. The error is what the worker refuses the session with.
    boost::asio::awaitable<Result<void>> greet();
    // 08006 when the worker is gone.
    boost::asio::awaitable<Result<void>> send(ByteSpan bytes);
    // Ends the session: what waits on it fails with 08006.
    void close();
    // The next message that has arrived; its views hold until the next receive(). nullopt: receive() first.
    std::optional<Result<pgproto::BackendMessage>> take();
    // Waits for more bytes; 08006 at their end.
    boost::asio::awaitable<Result<void>> receive();

private:
    WorkspaceSession(fleet::Fleet& fleet, SessionId id, fleet::Fleet::BackendKey key, UniqueFd socket)
        : fleet_(fleet), id_(std::move(id)), key_(std::move(key)), unattached_(std::move(socket)) {}

    fleet::Fleet& fleet_;
    const SessionId id_;
    const fleet::Fleet::BackendKey key_;
    UniqueFd unattached_;  // until attach()
    std::optional<boost::asio::local::stream_protocol::socket> socket_;
    pgproto::Buffer incoming_;
    std::size_t consumed_ = 0;
};

}  // namespace smew::http
