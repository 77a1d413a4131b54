// `smew load database`.

#include "load/command.hpp"
#include "load/database_workload.hpp"
#include "load/pg_setup.hpp"

namespace smew::load {
namespace {

struct DatabaseOptions {
    CommonOptions common;
    std::string dsn, isolation = "auto";
    std::uint64_t queries = 1000;
    std::size_t workers = 10, pool = 0;
    bool prepare = false, cleanup = false;
    DatabaseSize size;
};

// "PostgreSQL 15.8 (smew) on …" is what smew tells of itself.
Isolation isolation_of(const DatabaseOptions& options, const std::string& server_version) {
    if (options.isolation == "views") return Isolation::kViews;
    if (options.isolation == "policies") return Isolation::kPolicies;
    return server_version.find("smew") == std::string::npos ? Isolation::kPolicies : Isolation::kViews;
}

// The seed's.
std::vector<measure::Target> seed_targets() {
    return {default_target("db.query p95<100ms", "P95 Query Time"), default_target("success rate>99%", "Success Rate"),
            default_target("db.rls_violations==0", "Rows Of Others"),
            default_target("degradation ratio<1.25", "Degradation (P95 last/first fifth)")};
}

Result<void> check_size(const DatabaseSize& size) {
    if (size.users >= 2 && size.expenses_each >= 2) return {};
    return Error{sqlstate::kInvalidParameterValue,
                 "--data-users must be 2 or more: with one user there are no rows of others"};
}

// The schema has as many users as --prepare made; asking for others would find none.
Result<void> check_prepared(PgServer& server, Isolation isolation) {
    const std::string table = isolation == Isolation::kViews ? "smew_load.users_rows" : "smew_load.users";
    const auto there = run_statements(server, {"SELECT count(*) FROM " + table});
    if (there) return {};
    const std::string_view code = there.error().code.text();
    if (code != "42P01" && code != "3F000") return there.error();
    return Error{sqlstate::kUndefinedTable, "the schema smew_load is missing", "",
                 "Add --prepare, which makes it with its rows."};
}

int run_database(const DatabaseOptions& options, const CommandFacts& facts) {
    auto dsn = parse_dsn(options.dsn);
    if (!dsn) return refuse(dsn.error(), kExitUsage);
    auto plan = plan_of(options.common);
    if (!plan) return refuse(plan.error(), kExitUsage);
    auto terms = terms_of(options.common);
    if (!terms) return refuse(terms.error(), kExitUsage);
    if (const auto enough = check_size(options.size); !enough) return refuse(enough.error(), kExitUsage);

    measure::Run run = new_run("database", options.common);
    const std::size_t pool = options.pool > 0 ? options.pool : std::min<std::size_t>(options.workers, 20);
    plan->users = options.workers;
    plan->operations = options.queries;
    plan->name = "steady";
    run.version = facts.version;
    run.arguments = facts.arguments;
    run.address = dsn->address();
    run.main_metric = "db.query";
    run.connect_metric = "db.connect";
    run.model = plan->model_text() + ", pool of " + std::to_string(pool);
    run.phases = plan->phases_text();

    auto server = find_server(std::move(*dsn));
    if (!server) return refuse(server.error(), kExitUnreachable);
    const auto version = run_statements(*server, {});
    if (!version) return refuse(version.error(), kExitUnreachable);
    const Isolation isolation = isolation_of(options, *version);
    DatabaseWorkload workload(*server, {isolation, options.size, std::min(pool, options.workers), run.seed});
    const std::vector<StageWork> stages{{*plan, &workload}};
    LoadJob job(std::move(run), std::move(*terms), seed_targets());
    if (const auto checked = job.check(stages); !checked) return refuse(checked.error(), kExitUsage);
    const auto ready =
        options.prepare ? run_statements(*server, database_prepare_statements(isolation, options.size)) : version;
    if (!ready) return refuse(ready.error(), kExitUnreachable);
    if (const auto there = check_prepared(*server, isolation); !there) return refuse(there.error(), kExitUnreachable);
    job.note_fact("server_version", *version);
    job.note_fact("isolation", isolation == Isolation::kViews ? "views that filter by app.user_id"
                                                              : "row-level security by app.user_id");
    const int code = job.run(stages);
    if (options.cleanup) run_statements(*server, {kDatabaseCleanup});
    return code;
}

void add_flags(CLI::App& command, DatabaseOptions& options) {
    command.add_option("--dsn", options.dsn, "postgresql://user:password@host:port/database (password: PGPASSWORD)")
        ->required();
    command.add_option("--queries", options.queries, "How many operations: 80 % reads, 20 % writes")
        ->check(CLI::Range(1, 1'000'000'000))
        ->capture_default_str();
    command.add_option("--workers", options.workers, "Workers that share the pool")
        ->check(CLI::Range(1, 100'000))
        ->capture_default_str();
    command.add_option("--pool", options.pool, "Connections of the pool; 0: one a worker, at most 20")
        ->capture_default_str();
    command.add_flag("--prepare", options.prepare, "Make the schema smew_load with its rows first, anew");
    command.add_flag("--cleanup", options.cleanup, "Drop it afterwards");
    command.add_option("--data-users", options.size.users, "Users in the data; the same as when it was prepared")
        ->capture_default_str();
    command
        .add_option("--isolation", options.isolation, "policies (row-level security), views, or auto: views on smew")
        ->check(CLI::IsMember({"auto", "policies", "views"}))
        ->capture_default_str();
    add_common(command, options.common);
}

}  // namespace

void add_database(CLI::App& load, Chosen& chosen) {
    CLI::App* command =
        load.add_subcommand("database", "Reads and writes of many users through a pool, each seeing its own rows only");
    const auto options = std::make_shared<DatabaseOptions>();  // shared by the parser and the callback
    add_flags(*command, *options);
    command->callback([options, &chosen] {
        chosen = [options](const CommandFacts& facts) { return run_database(*options, facts); };
    });
}

}  // namespace smew::load
