#include "load/database_workload.hpp"

#include "core/byte_io.hpp"
#include "core/clock.hpp"
#include "load/pgwire_workload.hpp"
#include "pgproto/frontend.hpp"

#include <boost/asio/use_awaitable.hpp>

// g++ 12 pairs the coroutine frame's operator delete with the wrong operator new once both are inlined.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace smew::load {

namespace asio = boost::asio;

namespace {

constexpr int kMostAttempts = 3;
constexpr const char* kBecome = "SELECT set_config('app.user_id', $1, true)";

bool worth_another_try(const Exchange& exchange) {
    return exchange.error && !exchange.lost &&
           (exchange.error->code.text() == "40001" || exchange.error->code.text() == "40P01");
}

// The text of a row's first value.
std::string_view first_value(ByteSpan row) {
    ByteReader in(row);
    in.u16();
    const std::int32_t size = in.i32();
    return size < 0 ? std::string_view() : in.text(static_cast<std::size_t>(size));
}

void write_execution(std::vector<std::uint8_t>& out, const std::string& statement,
                     const std::vector<std::string>& values) {
    pgproto::Bind message{"", statement, {}, {}, {}};
    for (const std::string& value : values) message.parameters.emplace_back(as_bytes(value));
    pgproto::write(out, message);
    pgproto::write(out, pgproto::Execute{});
}

class DatabaseSession final : public Session {
public:
    DatabaseSession(const asio::any_io_executor& executor, DatabaseWorkload& workload, std::size_t worker)
        : workload_(workload), worker_(worker), place_(executor) {}

    // The first workers make the pool's connections; the others have nothing to connect.
    asio::awaitable<Reply> connect() override {
        PgConnection& own = workload_.pool().at(worker_);
        const auto connected = co_await own.connect();
        if (!connected) co_return reply_of(connected.error());
        const std::string become = database_session_statement(workload_.terms().isolation);
        Exchange done;
        if (!become.empty()) done = co_await own.query(become);
        if (!done.error) done = co_await prepare(own);
        if (done.error) {
            own.abort();
            co_return reply_of(*done.error);
        }
        workload_.pool().add(worker_);
        co_return Reply();
    }

    asio::awaitable<Reply> perform(const Operation& operation) override {
        const SteadyTime from = SteadyTime::clock::now();
        PgConnection* connection = co_await workload_.pool().acquire(place_);
        if (connection == nullptr)
            co_return reply_of(Error{sqlstate::kTooManyConnections, "no connection of the pool became free"});
        const auto waited = std::chrono::round<std::chrono::microseconds>(SteadyTime::clock::now() - from);
        workload_.note_wait(static_cast<std::uint64_t>(waited.count()));
        in_use_ = connection;
        Reply reply = co_await run(*connection, operation);
        in_use_ = nullptr;
        workload_.pool().release(*connection);
        reply.waited_us = static_cast<std::uint64_t>(waited.count());
        co_return reply;
    }

    asio::awaitable<void> close() override {
        if (makes_connection()) co_await workload_.pool().at(worker_).close();
    }
    bool connected() const override { return !makes_connection() || workload_.pool().at(worker_).connected(); }
    void abort() override {
        workload_.pool().give_up(place_);
        if (in_use_ != nullptr) in_use_->abort();
        if (in_use_ == nullptr && makes_connection() && !connected()) workload_.pool().at(worker_).abort();
    }

private:
    bool makes_connection() const { return worker_ < workload_.pool().size(); }

    asio::awaitable<Exchange> prepare(PgConnection& connection) {
        auto& out = connection.out();
        pgproto::write(out, pgproto::Parse{"become", kBecome, {}});
        for (std::size_t i = 0; i < workload_.statements().size(); ++i) {
            const std::string name = "s" + std::to_string(i);
            pgproto::write(out, pgproto::Parse{name, workload_.statements()[i].sql, {}});
        }
        pgproto::write(out, pgproto::Sync{});
        co_return co_await connection.exchange();
    }

    // Who asks and what, in one transaction and one round trip: the setting lasts until the Sync.
    asio::awaitable<Reply> run(PgConnection& connection, const Operation& operation) {
        const DatabaseStatement& statement = workload_.statements()[operation.kind];
        const std::string user = std::to_string(operation.subject);
        std::uint64_t rows = 0, others = 0;
        const PgConnection::RowVisitor look = [&](ByteSpan row) {
            // The first row is set_config's.
            if (rows++ > 0 && first_value(row) != user) ++others;
        };
        Exchange exchange;
        for (int attempt = 0; attempt < kMostAttempts; ++attempt) {
            rows = others = 0;
            write_execution(connection.out(), "become", {user});
            write_execution(connection.out(), "s" + std::to_string(operation.kind), values_of(statement, operation));
            pgproto::write(connection.out(), pgproto::Sync{});
            exchange = co_await connection.exchange(&look);
            if (!worth_another_try(exchange)) break;
        }
        Reply reply = reply_of(exchange);
        if (reply.outcome == measure::Outcome::kOk) judge(statement, exchange, rows, others, reply);
        co_return reply;
    }

    std::vector<std::string> values_of(const DatabaseStatement& statement, const Operation& operation) const {
        if (!statement.write) return {};
        const DatabaseSize& size = workload_.terms().size;
        const std::string cents = std::to_string(operation.random % 20000);
        if (statement.name == "add expense") return {std::to_string(operation.subject), cents};
        // One of the expenses that were made for this user: ids i with i % users + 1 = user.
        const std::uint64_t turn = operation.random / 20000 % (size.expenses_each - 1);
        return {std::to_string(operation.subject - 1 + (turn + 1) * size.users), cents};
    }

    static void judge(const DatabaseStatement& statement, const Exchange& exchange, std::uint64_t rows,
                      std::uint64_t others, Reply& reply) {
        const bool too_few = rows < statement.least_rows + 1;
        const bool unwritten = statement.write && exchange.tag != "INSERT 0 1" && exchange.tag != "UPDATE 1";
        if (others == 0 && !too_few && !unwritten) return;
        reply.outcome = measure::Outcome::kFailed;
        reply.error_kind = others > 0 ? "isolation" : "rows";
        reply.error_code = statement.name;
        reply.error_text =
            others > 0 ? "rows of other users came back" : "rows of the user's own are missing: " + exchange.tag;
        reply.wrong = others + (others == 0 ? 1 : 0);
    }

    DatabaseWorkload& workload_;
    std::size_t worker_;
    PgPool::Place place_;
    PgConnection* in_use_ = nullptr;
};

}  // namespace

DatabaseWorkload::DatabaseWorkload(PgServer& server, const Terms& terms)
    : server_(server), terms_(terms), statements_(database_statements(terms.isolation)), random_(terms.seed) {
    std::vector<double> weights;
    for (const DatabaseStatement& statement : statements_) {
        classes_.push_back(statement.name);
        weights.push_back(statement.weight);
    }
    choice_ = std::discrete_distribution<std::size_t>(weights.begin(), weights.end());
}

Operation DatabaseWorkload::next() {
    Operation operation;
    operation.kind = choice_(random_);
    operation.number = ++drawn_;
    operation.subject = 1 + random_() % terms_.size.users;
    operation.random = random_();
    return operation;
}

void DatabaseWorkload::note_wait(std::uint64_t us) {
    pool_wait_->add({measure::Phase::kSteady, measure::Outcome::kOk, us, us, 0, 0});
}

std::unique_ptr<Session> DatabaseWorkload::make_session(asio::any_io_executor executor, std::size_t user) {
    // Made for the first worker: only then is the executor known.
    if (!pool_) pool_ = std::make_unique<PgPool>(executor, server_, terms_.pool);
    return std::make_unique<DatabaseSession>(executor, *this, user);
}

}  // namespace smew::load
