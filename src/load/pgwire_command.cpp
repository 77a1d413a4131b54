// `smew load pgwire` and `smew load soak`.

#include "load/command.hpp"
#include "load/pg_setup.hpp"
#include "load/pgwire_workload.hpp"

#include <deque>
#include <sstream>

namespace smew::load {
namespace {

struct PgwireOptions {
    CommonOptions common;
    std::string dsn, connections = "10,25,50,100", scenario = "select-1", protocol = "simple";
    bool prepare = false, cleanup = false;
};

Error wrong(const std::string& message, const std::string& hint) {
    return {sqlstate::kInvalidParameterValue, message, "", hint};
}

Result<std::vector<std::size_t>> rungs_of(const std::string& text) {
    std::vector<std::size_t> rungs;
    std::istringstream parts(text);
    for (std::string part; std::getline(parts, part, ',');) {
        const bool digits =
            !part.empty() && part.size() <= 6 && part.find_first_not_of("0123456789") == std::string::npos;
        if (!digits || std::stoul(part) == 0) {
            return wrong("--connections \"" + text + "\" is no list of numbers", "Write one like 10,25,50,100.");
        }
        rungs.push_back(std::stoul(part));
    }
    if (rungs.empty()) return wrong("--connections is empty", "Write one like 10,25,50,100.");
    return rungs;
}

QueryProtocol protocol_of(const std::string& text) {
    if (text == "extended") return QueryProtocol::kExtended;
    return text == "prepared" ? QueryProtocol::kPrepared : QueryProtocol::kSimple;
}

std::vector<measure::Target> default_targets(const std::vector<Scenario>& scenarios, bool soak) {
    std::vector<measure::Target> targets;
    const bool refusals = scenarios.front().expects_refusals;
    if (refusals) {
        targets.push_back(default_target("overload.unclean==0", "Refused cleanly (only 53xxx)"));
        targets.push_back(default_target("connections.lost==0", "Connections inside kept"));
    } else {
        targets.push_back(default_target("pg.connect success>95%", "Connection Success Rate"));
        targets.push_back(default_target("success rate>99%", "Success Rate"));
    }
    const bool simple =
        scenarios.size() == 1 && (scenarios.front().name == "select-1" || scenarios.front().name == "lookup");
    if (simple || refusals) targets.push_back(default_target("pg.query p95<500ms", "P95 Latency"));
    if (soak) {
        targets.push_back(default_target("rss slope<5%/h", "Memory Growth"));
        targets.push_back(default_target("fd.leak==0", "Descriptors Left Over"));
    }
    return targets;
}

// Every scenario on every rung.
std::vector<StageWork> ladder(std::deque<PgwireWorkload>& workloads, const std::vector<std::size_t>& rungs,
                              const StagePlan& plan) {
    std::vector<StageWork> stages;
    for (PgwireWorkload& workload : workloads) {
        for (const std::size_t users : rungs) {
            StageWork& work = stages.emplace_back(StageWork{plan, &workload});
            work.plan.users = users;
            work.plan.name = workload.scenario().name + " @ " + std::to_string(users);
        }
    }
    return stages;
}

bool any_needs_tables(const std::vector<Scenario>& scenarios) {
    for (const Scenario& scenario : scenarios) {
        if (scenario.needs_tables) return true;
    }
    return false;
}

Result<std::string> set_up(PgServer& server, const PgwireOptions& options, const std::vector<Scenario>& scenarios) {
    std::vector<std::string> statements;
    if (options.prepare) statements = prepare_statements();
    auto version = run_statements(server, statements);
    if (!version || options.prepare || !any_needs_tables(scenarios)) return version;
    const auto there = run_statements(server, {"SELECT count(*) FROM smew_load_orders"});
    if (!there && there.error().code == sqlstate::kUndefinedTable) {
        return wrong("the scenario's tables are missing",
                     "Add --prepare, which makes smew_load_orders and smew_load_customers.");
    }
    return there ? version : there;
}

int run_pgwire(const PgwireOptions& options, const CommandFacts& facts, bool soak) {
    auto dsn = parse_dsn(options.dsn);
    if (!dsn) return refuse(dsn.error(), kExitUsage);
    const auto rungs = rungs_of(options.connections);
    if (!rungs) return refuse(rungs.error(), kExitUsage);
    const auto scenarios = scenarios_named(options.scenario);
    if (!scenarios) return refuse(scenarios.error(), kExitUsage);
    auto plan = plan_of(options.common);
    if (!plan) return refuse(plan.error(), kExitUsage);
    auto terms = terms_of(options.common);
    if (!terms) return refuse(terms.error(), kExitUsage);
    for (const Scenario& scenario : *scenarios)
        terms->targets.insert(terms->targets.end(), scenario.targets.begin(), scenario.targets.end());

    measure::Run run = new_run(soak ? "soak" : "pgwire", options.common);
    run.version = facts.version;
    run.arguments = facts.arguments;
    run.address = dsn->address();
    run.main_metric = "pg.query";
    run.connect_metric = "pg.connect";
    plan->users = rungs->back();
    run.model = plan->model_text();
    run.phases = plan->phases_text();

    auto server = find_server(std::move(*dsn));
    if (!server) return refuse(server.error(), kExitUnreachable);
    std::deque<PgwireWorkload> workloads;
    for (const Scenario& scenario : *scenarios)
        workloads.emplace_back(*server, scenario, protocol_of(options.protocol), run.seed);
    const std::vector<StageWork> stages = ladder(workloads, *rungs, *plan);
    LoadJob job(std::move(run), std::move(*terms), default_targets(*scenarios, soak));
    if (const auto checked = job.check(stages); !checked) return refuse(checked.error(), kExitUsage);
    const auto version = set_up(*server, options, *scenarios);
    if (!version) return refuse(version.error(), kExitUnreachable);
    job.note_fact("server_version", *version);
    const int code = job.run(stages);
    if (options.cleanup) run_statements(*server, cleanup_statements());
    return code;
}

void add_flags(CLI::App& command, PgwireOptions& options) {
    command.add_option("--dsn", options.dsn, "postgresql://user:password@host:port/database (password: PGPASSWORD)")
        ->required();
    command.add_option("--connections", options.connections, "One number, or the rungs of a ladder")
        ->capture_default_str();
    command
        .add_option(
            "--scenario", options.scenario,
            "select-1, lookup, select-1k, select-100k, join, aggregate, mixed, locust, storm, overload, long:60s, all, "
            "or a .toml file")
        ->capture_default_str();
    command.add_option("--protocol", options.protocol, "simple, extended or prepared")
        ->check(CLI::IsMember({"simple", "extended", "prepared"}))
        ->capture_default_str();
    command.add_flag("--prepare", options.prepare, "Make the scenarios' tables first");
    command.add_flag("--cleanup", options.cleanup, "Drop them afterwards");
    add_common(command, options.common);
}

void add(CLI::App& load, Chosen& chosen, const char* name, const char* about, PgwireOptions defaults, bool soak) {
    CLI::App* command = load.add_subcommand(name, about);
    const auto options = std::make_shared<PgwireOptions>(std::move(defaults));  // shared by the parser and the callback
    add_flags(*command, *options);
    command->callback([options, soak, &chosen] {
        chosen = [options, soak](const CommandFacts& facts) { return run_pgwire(*options, facts, soak); };
    });
}

}  // namespace

void add_pgwire(CLI::App& load, Chosen& chosen) {
    PgwireOptions defaults;
    defaults.common.warm_up = "1";
    add(load, chosen, "pgwire", "A ladder of connections that run a scenario on a PostgreSQL server",
        std::move(defaults), false);
}

void add_soak(CLI::App& load, Chosen& chosen) {
    PgwireOptions defaults;
    defaults.common.duration = "1h";
    defaults.common.warm_up = "10";
    defaults.connections = "20";
    defaults.scenario = "locust";
    add(load, chosen, "soak",
        "The same for long, with a verdict on leaks of memory and descriptors (needs --pid or --metrics)",
        std::move(defaults), true);
}

}  // namespace smew::load
