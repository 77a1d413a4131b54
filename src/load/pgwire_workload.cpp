#include "load/pgwire_workload.hpp"

#include "pgproto/frontend.hpp"

#include <boost/asio/use_awaitable.hpp>

// g++ 12 pairs the coroutine frame's operator delete with the wrong operator new once both are inlined.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace smew::load {

namespace asio = boost::asio;

namespace {

// A conflict between transactions is no fault of the server: a client is expected to try again.
constexpr int kMostAttempts = 3;

bool worth_another_try(const Exchange& exchange) {
    return exchange.error && !exchange.lost &&
           (exchange.error->code.text() == "40001" || exchange.error->code.text() == "40P01");
}

class PgwireSession final : public Session {
public:
    PgwireSession(asio::any_io_executor executor, PgwireWorkload& workload, std::size_t user)
        : workload_(workload), connection_(std::move(executor), workload.server()), user_(user) {}

    asio::awaitable<Reply> connect() override {
        parsed_.assign(workload_.classes().size(), false);
        // A storm makes its connections itself.
        if (alone()) co_return Reply();
        const auto done = co_await connection_.connect();
        if (!done) co_return reply_of(done.error());
        co_return Reply();
    }

    asio::awaitable<Reply> perform(const Operation& operation) override {
        const ScenarioStatement& statement = workload_.scenario().statements[operation.kind];
        if (statement.kind == StatementKind::kConnection) co_return co_await perform_alone(operation);
        Exchange exchange;
        for (int attempt = 0; attempt < kMostAttempts; ++attempt) {
            write(statement, operation);
            exchange = co_await connection_.exchange();
            if (!worth_another_try(exchange)) break;
        }
        co_return reply_of(exchange);
    }

    asio::awaitable<void> close() override { co_await connection_.close(); }
    bool connected() const override { return alone() || connection_.connected(); }
    void abort() override { connection_.abort(); }

private:
    bool alone() const { return workload_.scenario().statements.front().kind == StatementKind::kConnection; }

    asio::awaitable<Reply> perform_alone(const Operation& operation) {
        const auto connected = co_await connection_.connect();
        if (!connected) co_return reply_of(connected.error());
        // Named, since g++ 12 destroys temporaries inside a co_await twice.
        const std::string sql = workload_.scenario().statements[operation.kind].sql.filled({});
        const Exchange exchange = co_await connection_.query(sql);
        co_await connection_.close();
        co_return reply_of(exchange);
    }

    void write(const ScenarioStatement& statement, const Operation& operation) {
        const TextTemplate::Facts facts{operation.number, user_, workload_.seed(), operation.random, ""};
        auto& out = connection_.out();
        if (workload_.protocol() == QueryProtocol::kSimple) {
            pgproto::write(out, pgproto::Query{statement.sql.filled(facts)});
            return;
        }
        const bool prepared = workload_.protocol() == QueryProtocol::kPrepared;
        const std::string name = prepared ? "s" + std::to_string(operation.kind) : "";
        if (!prepared || !parsed_[operation.kind])
            pgproto::write(out, pgproto::Parse{name, statement.sql.with_parameters(), {}});
        parsed_[operation.kind] = true;
        const std::vector<std::string> values = statement.sql.parameters(facts);
        pgproto::Bind bind{"", name, {}, {}, {}};
        for (const std::string& value : values) bind.parameters.emplace_back(as_bytes(value));
        pgproto::write(out, bind);
        pgproto::write(out, pgproto::Execute{});
        pgproto::write(out, pgproto::Sync{});
    }

    PgwireWorkload& workload_;
    PgConnection connection_;
    std::size_t user_;
    std::vector<bool> parsed_;  // by class, on this connection
};

}  // namespace

Reply reply_of(const Error& error) {
    Reply reply;
    reply.outcome = measure::Outcome::kFailed;
    reply.error_kind = "sqlstate";
    reply.error_code = error.code.text();
    reply.error_text = error.message;
    return reply;
}

Reply reply_of(const Exchange& exchange) {
    Reply reply = exchange.error ? reply_of(*exchange.error) : Reply();
    reply.rows = exchange.rows;
    reply.bytes = exchange.bytes;
    return reply;
}

PgwireWorkload::PgwireWorkload(PgServer& server, Scenario scenario, QueryProtocol protocol, std::uint64_t seed)
    : server_(server), scenario_(std::move(scenario)), protocol_(protocol), seed_(seed), random_(seed) {
    std::vector<double> weights;
    for (const ScenarioStatement& statement : scenario_.statements) {
        classes_.push_back(statement.name);
        weights.push_back(statement.weight);
    }
    choice_ = std::discrete_distribution<std::size_t>(weights.begin(), weights.end());
}

Operation PgwireWorkload::next() {
    Operation operation;
    operation.kind = choice_(random_);
    operation.number = ++drawn_;
    operation.random = random_();
    return operation;
}

std::unique_ptr<Session> PgwireWorkload::make_session(asio::any_io_executor executor, std::size_t user) {
    return std::make_unique<PgwireSession>(std::move(executor), *this, user);
}

}  // namespace smew::load
