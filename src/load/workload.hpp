#pragma once
// What users do: the drivers (PG wire, database, WebSocket) implement it, the runner drives it. One thread.

#include "measure/recording.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace smew::load {

// One thing to do. Drawn by the workload from its seed in one order, whichever user then does it.
struct Operation {
    std::size_t kind = 0;       // index into Workload::classes()
    std::uint64_t number = 0;   // counts from 1
    std::uint64_t subject = 0;  // of whom or what: the tenant
    std::uint64_t random = 0;   // for further choices
};

// How it went.
struct Reply {
    measure::Outcome outcome = measure::Outcome::kOk;
    std::uint64_t rows = 0, bytes = 0;
    std::uint64_t wrong = 0;      // rows of others, replies to something else: a failure of the whole run
    std::uint64_t waited_us = 0;  // for what is no part of the operation: the pool
    std::string error_kind, error_code, error_text;
};

// One user's connection.
class Session {
public:
    virtual ~Session() = default;
    virtual boost::asio::awaitable<Reply> connect() = 0;
    virtual boost::asio::awaitable<Reply> perform(const Operation& operation) = 0;
    virtual boost::asio::awaitable<void> close() = 0;
    virtual bool connected() const = 0;
    // Ends what is pending at once; the connection is gone.
    virtual void abort() = 0;
};

class Workload {
public:
    virtual ~Workload() = default;
    // Of metrics: "pg.query" and "pg.connect".
    virtual std::string main_metric() const = 0;
    virtual std::string connect_metric() const = 0;
    // Names of kinds of operations; one alone gets no metric of its own.
    virtual const std::vector<std::string>& classes() const = 0;
    // Further metrics that sessions record themselves into.
    virtual std::vector<std::string> further_metrics() const { return {}; }
    // Before the users of a stage are made.
    virtual void begin_stage(measure::Stage&) {}
    // When they are done; the sockets' io_context may be gone soon after.
    virtual void end_stage() {}
    virtual Operation next() = 0;
    virtual std::unique_ptr<Session> make_session(boost::asio::any_io_executor executor, std::size_t user) = 0;
};

}  // namespace smew::load
