#pragma once
// A PostgreSQL client's connection, on one executor. Knows the protocol and no statement: who uses it writes frontend
// messages to out() and calls exchange().

#include "auth/scram.hpp"
#include "core/error.hpp"
#include "load/dsn.hpp"
#include "load/socket_stream.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace smew::load {

// What all connections to one server share. Outlives them.
struct PgServer {
    Dsn dsn;
    Endpoints endpoints;
    std::unique_ptr<boost::asio::ssl::context> tls;  // null: sslmode=disable
    // A storm of connections would else measure how fast the generator hashes the password, a millisecond each.
    auth::SaltedPassword salted;
};
// Looks the host up, which may wait: before a run. Error 22023 or 08000.
Result<PgServer> find_server(Dsn dsn);

// What came back up to ReadyForQuery.
struct Exchange {
    std::uint64_t rows = 0, bytes = 0;
    std::optional<Error> error;  // the first of them
    bool lost = false;           // the connection is gone; `error` says how
    std::string tag;             // of the last CommandComplete
};

class PgConnection {
public:
    // Sees the body of each DataRow.
    using RowVisitor = std::function<void(ByteSpan)>;

    PgConnection(boost::asio::any_io_executor executor, PgServer& server)
        : stream_(std::move(executor)), server_(server) {}

    boost::asio::awaitable<Result<void>> connect();
    bool connected() const { return connected_; }

    std::vector<std::uint8_t>& out() { return out_; }
    // Sends out(), which it empties, and reads until the server is ready `syncs` times: one for a Query or a Sync.
    boost::asio::awaitable<Exchange> exchange(const RowVisitor* rows = nullptr, int syncs = 1);
    // Several statements as one simple query.
    boost::asio::awaitable<Exchange> query(std::string_view sql, const RowVisitor* rows = nullptr);

    // From the same executor: what is pending ends with `lost`.
    void abort() { lose(); }
    // Says goodbye first.
    boost::asio::awaitable<void> close();

    // As the server reported it: "server_version". Empty when it did not.
    std::string parameter(const std::string& name) const;

private:
    boost::asio::awaitable<Result<void>> negotiate_tls();
    boost::asio::awaitable<Result<void>> log_in();
    boost::asio::awaitable<Result<void>> answer_authentication(std::int32_t kind, ByteSpan data);
    boost::asio::awaitable<Result<void>> log_in_by_scram();
    // Sends out() from here on, and empties it.
    boost::asio::awaitable<Result<void>> send(std::size_t sent = 0);
    // The next whole message; its body is valid until the next call. Error 08006 when the connection ends.
    struct Message {
        char type = 0;
        ByteSpan body;
    };
    boost::asio::awaitable<Result<Message>> receive();
    bool take_buffered(Message& message, bool& malformed);
    // Adds one message to the result; 1 for ReadyForQuery, else 0.
    int note(const Message& message, const RowVisitor* rows, Exchange& result);
    void note_parameter(ByteSpan body);
    void lose();

    SocketStream stream_;
    PgServer& server_;
    std::vector<std::uint8_t> out_, in_ = std::vector<std::uint8_t>(16 << 10);
    std::size_t begin_ = 0, end_ = 0;  // of what in_ holds and nobody has taken
    bool connected_ = false;
    std::map<std::string, std::string> parameters_;
};

}  // namespace smew::load
