#pragma once
// Users that run the statements of a scenario over the PostgreSQL protocol.

#include "load/pg_connection.hpp"
#include "load/scenario.hpp"
#include "load/workload.hpp"

#include <random>

namespace smew::load {

enum class QueryProtocol : std::uint8_t { kSimple, kExtended, kPrepared };

// SQLSTATE and text of what went wrong, or a success with its rows.
Reply reply_of(const Exchange& exchange);
Reply reply_of(const Error& error);

class PgwireWorkload final : public Workload {
public:
    PgwireWorkload(PgServer& server, Scenario scenario, QueryProtocol protocol, std::uint64_t seed);

    std::string main_metric() const override { return "pg.query"; }
    std::string connect_metric() const override { return "pg.connect"; }
    const std::vector<std::string>& classes() const override { return classes_; }
    Operation next() override;
    std::unique_ptr<Session> make_session(boost::asio::any_io_executor executor, std::size_t user) override;

    const Scenario& scenario() const { return scenario_; }
    QueryProtocol protocol() const { return protocol_; }
    PgServer& server() { return server_; }
    std::uint64_t seed() const { return seed_; }

private:
    PgServer& server_;
    Scenario scenario_;
    QueryProtocol protocol_;
    std::uint64_t seed_, drawn_ = 0;
    std::vector<std::string> classes_;
    std::mt19937_64 random_;
    std::discrete_distribution<std::size_t> choice_;
};

}  // namespace smew::load
