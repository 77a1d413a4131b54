#pragma once
// Workers that read and write the seed's tables through a pool, each operation for one user whose rows alone it may
// see.

#include "load/database_statements.hpp"
#include "load/pg_pool.hpp"
#include "load/workload.hpp"

#include <random>

namespace smew::load {

class DatabaseWorkload final : public Workload {
public:
    struct Terms {
        Isolation isolation = Isolation::kPolicies;
        DatabaseSize size;
        std::size_t pool = 10;
        std::uint64_t seed = 1;
    };
    DatabaseWorkload(PgServer& server, const Terms& terms);

    std::string main_metric() const override { return "db.query"; }
    std::string connect_metric() const override { return "db.connect"; }
    const std::vector<std::string>& classes() const override { return classes_; }
    std::vector<std::string> further_metrics() const override { return {"db.pool_wait"}; }
    void begin_stage(measure::Stage& stage) override { pool_wait_ = stage.metric("db.pool_wait"); }
    void end_stage() override { pool_.reset(); }
    Operation next() override;
    std::unique_ptr<Session> make_session(boost::asio::any_io_executor executor, std::size_t user) override;

    const Terms& terms() const { return terms_; }
    const std::vector<DatabaseStatement>& statements() const { return statements_; }
    PgPool& pool() { return *pool_; }
    void note_wait(std::uint64_t us);

private:
    PgServer& server_;
    Terms terms_;
    std::vector<DatabaseStatement> statements_;
    std::vector<std::string> classes_;
    std::unique_ptr<PgPool> pool_;
    std::mt19937_64 random_;
    std::discrete_distribution<std::size_t> choice_;
    std::uint64_t drawn_ = 0;
    measure::Metric* pool_wait_ = nullptr;
};

}  // namespace smew::load
