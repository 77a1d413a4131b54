#include "load/pg_setup.hpp"

#include "core/byte_io.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

// g++ 12 pairs the coroutine frame's operator delete with the wrong operator new once both are inlined.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace smew::load {

namespace asio = boost::asio;

namespace {

// The first value of a row.
std::string first_value(ByteSpan row) {
    ByteReader in(row);
    in.u16();
    const std::int32_t size = in.i32();
    return size < 0 ? "" : std::string(in.text(static_cast<std::size_t>(size)));
}

asio::awaitable<Result<std::string>> run_all(PgConnection& connection, const std::vector<std::string>& statements) {
    if (const auto connected = co_await connection.connect(); !connected) co_return connected.error();
    for (const std::string& statement : statements) {
        Exchange done = co_await connection.query(statement);
        if (!done.error) continue;
        done.error->detail = statement;
        co_return *done.error;
    }
    std::string version;
    const PgConnection::RowVisitor take = [&version](ByteSpan row) { version = first_value(row); };
    const Exchange asked = co_await connection.query("SELECT version()", &take);
    if (asked.error) co_return *asked.error;
    co_await connection.close();
    co_return version;
}

}  // namespace

Result<std::string> run_statements(PgServer& server, const std::vector<std::string>& statements) {
    asio::io_context io(1);
    PgConnection connection(io.get_executor(), server);
    auto result = asio::co_spawn(io, run_all(connection, statements), asio::use_future);
    io.run();
    return result.get();
}

}  // namespace smew::load
