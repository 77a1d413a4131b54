#include "app/serve.hpp"

#include "app/admin_key.hpp"
#include "app/data_dir.hpp"
#include "app/demo.hpp"
#include "app/io_threads.hpp"
#include "app/maintenance.hpp"
#include "app/monitoring.hpp"
#include "app/self_check.hpp"
#include "app/stop_signals.hpp"
#include "engine/engine.hpp"
#include "http/server.hpp"
#include "net/login_policy.hpp"
#include "observe/alerts.hpp"
#include "observe/history.hpp"
#include "observe/project_history.hpp"
#include "observe/query_audit.hpp"
#include "observe/query_feed.hpp"
#include "observe/slow_queries.hpp"
#include "pgfront/front.hpp"
#include "querylog/query_log.hpp"
#include "reporting/statement_errors.hpp"
#include "reporting/statement_traces.hpp"
#include "reporting/worker_losses.hpp"
#include "telemetry/log.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <sys/resource.h>
#include <unistd.h>

namespace smew::app {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kSelfCheckTimeout{5000};

// A gateway holds a descriptor a connection and more; the usual soft limit of 1024 is for programs that use select().
void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) log::warning("descriptor_limit_not_raised");
}

std::string audit_file(const config::Settings& settings, const DataDir& data_dir) {
    if (!settings.query_audit_file.empty()) return settings.query_audit_file;
    return std::filesystem::path(data_dir.path()) / "log" / "query-audit.jsonl";
}

// What serves requests, from the disk up. Nothing listens yet; what an earlier run left half-made is gone.
struct Core {
    Core(const config::Settings& settings, const DataDir& data_dir, const std::string& version)
        : live(settings),
          monitoring(settings, version, data_dir.path(), clock),
          layout(data_dir.path(), static_cast<std::uint32_t>(settings.worker_uid_base)),
          store(catalog::Store::open(layout.metadata_file().string(), clock)),
          duckdb_version(engine::duckdb_version()),
          metrics(version, duckdb_version),
          alerts(observe::Alerts::create(settings, clock,
                                         [this](const ProjectId& id) {
                                             const auto project = store->project(id);
                                             return project ? project->name : std::string();
                                         })),
          policy(settings),
          feed(policy, metrics),
          audit(observe::RotatingFile(audit_file(settings, data_dir), settings.query_audit_file_max_bytes,
                                      settings.query_audit_file_count),
                policy, metrics),
          slow_queries(policy, metrics, *alerts),
          project_history(
              *alerts, [this] { return activity(); }, static_cast<std::size_t>(settings.history_max_projects), clock),
          traces(monitoring.tracer()),
          errors(settings.sentry_statement_errors, monitoring.sentry()),
          events(project_history, monitoring.sentry()),
          fleet(fleet::Fleet::create(settings, layout, *store, metrics, events, feed, clock)),
          query_log(settings, live, layout, *store, *fleet, policy, metrics, clock),
          throttle(net::login_policy(settings), clock),
          versions(layout, *store, [this](const ProjectId& project) { fleet->catalog_changed(project); }),
          history([this] { return measure(); }, clock) {
        feed.listen(audit);
        feed.listen(slow_queries);
        feed.listen(project_history);
        feed.listen(query_log);
        feed.listen(traces);
        feed.listen(errors);
        feed.start();
        live.follow([this](const config::Settings& now) { fleet->reconfigure(now); });
        policy.follow([this](const link::SetObservation& wanted) { fleet->observe(wanted); });
        versions.clean_at_start();
    }
    // The last records come with the workers' ends.
    ~Core() {
        query_log.stop();
        fleet->shutdown(milliseconds(0));
        feed.stop();
    }
    Core(const Core&) = delete;
    Core& operator=(const Core&) = delete;

    observe::Measured measure() const {
        const fleet::Fleet::Totals totals = fleet->totals();
        return {.metrics = metrics.read(),
                .sessions = static_cast<double>(totals.sessions),
                .worker_bytes = static_cast<double>(totals.memory_bytes)};
    }

    std::vector<observe::ProjectHistory::Live> activity() const {
        std::vector<observe::ProjectHistory::Live> workers;
        for (const fleet::Fleet::WorkerInfo& worker : fleet->workers()) {
            workers.push_back(
                {worker.project, static_cast<double>(worker.sessions), static_cast<double>(worker.memory_bytes)});
        }
        return workers;
    }

    SystemClock clock;
    config::LiveSettings live;
    Monitoring monitoring;  // outlives what it hears of
    storage::Layout layout;
    std::unique_ptr<catalog::Store> store;
    std::string duckdb_version;
    telemetry::Metrics metrics;
    std::unique_ptr<observe::Alerts> alerts;
    observe::QueryPolicy policy;
    observe::QueryFeed feed;
    observe::QueryAudit audit;  // and the other listeners: the feed is stopped before they go
    observe::SlowQueries slow_queries;
    observe::ProjectHistory project_history;
    reporting::StatementTraces traces;
    reporting::StatementErrors errors;
    reporting::WorkerLosses events;
    std::unique_ptr<fleet::Fleet> fleet;
    querylog::QueryLog query_log;
    auth::LoginThrottle throttle;  // of all doors
    storage::Versions versions;
    observe::History history;
    FrontState front;
    fleet::EngineChecks engine_checks;
};

std::unique_ptr<net::Tls> open_tls(const config::Settings& settings, const storage::Layout& layout) {
    if (settings.pgwire_ssl_mode == config::TlsMode::kOff && !settings.http_tls) return nullptr;
    if (settings.tls_cert_file.empty()) return net::self_signed_tls(layout.tls_dir().string()).value();
    return net::load_tls(settings.tls_cert_file, settings.tls_key_file).value();
}

// The database smew_admin, when it can be connected to.
std::optional<catalog::Workspace> admin_database(const config::Settings& settings, Core& core, std::string verifier) {
    if (!core.query_log.enabled() || verifier.empty()) return std::nullopt;
    if (const Result<void> opened = core.query_log.open(); !opened) {
        log::error("smew_admin_not_opened", {{"error", opened.error().message}});
        return std::nullopt;
    }
    catalog::Workspace admin = querylog::admin_workspace(settings);
    admin.verifier = std::move(verifier);
    return admin;
}

// What listens.
struct Doors {
    Doors(const config::Settings& settings, Core& core, const std::string& version, const std::string& admin_key_hash,
          std::optional<catalog::Workspace> admin)
        : tls(open_tls(settings, core.layout)),
          io(static_cast<int>(io_thread_count(settings.io_threads))),
          front(pgfront::Front::create(
              io, settings, settings.pgwire_ssl_mode == config::TlsMode::kOff ? nullptr : tls.get(), *core.store,
              *core.fleet, core.throttle, core.metrics, core.events, core.clock, std::move(admin))),
          server(http::Server::create(io,
                                      {.settings = settings,
                                       .live = core.live,
                                       .layout = core.layout,
                                       .store = *core.store,
                                       .versions = core.versions,
                                       .fleet = *core.fleet,
                                       .throttle = core.throttle,
                                       .metrics = core.metrics,
                                       .alerts = *core.alerts,
                                       .history = core.history,
                                       .project_history = core.project_history,
                                       .query_policy = core.policy,
                                       .slow_queries = core.slow_queries,
                                       .query_log = core.query_log,
                                       .clock = core.clock,
                                       .version = version,
                                       .duckdb_version = core.duckdb_version,
                                       .admin_key_hash = admin_key_hash,
                                       .tracer = &core.monitoring.tracer(),
                                       .sentry = &core.monitoring.sentry(),
                                       .profiler = &core.monitoring.profiler(),
                                       .profiles = &core.monitoring.profiles(),
                                       .front_problem = [&core] { return core.front.problem(); },
                                       .engine_checks = &core.engine_checks,
                                       .certificate_expires = tls ? std::optional(tls->expires) : std::nullopt},
                                      settings.http_tls ? tls.get() : nullptr)) {}
    Doors(const Doors&) = delete;
    Doors& operator=(const Doors&) = delete;

    std::unique_ptr<net::Tls> tls;
    boost::asio::io_context io;
    std::unique_ptr<pgfront::Front> front;
    std::unique_ptr<http::Server> server;
};

// Where users are told to find the PostgreSQL front. An address that means "every interface" is none to connect to.
std::string public_pg_address(const config::Settings& settings, const std::string& bound) {
    const std::size_t colon = bound.rfind(':');
    const std::string host = bound.substr(0, colon), port = bound.substr(colon);
    if (!settings.public_host.empty()) return settings.public_host + port;
    return (host == "0.0.0.0" || host == "[::]" ? "localhost" : host) + port;
}

std::vector<Maintenance::Duty> duties(const config::Settings& settings, Core& core, const pgfront::Front& front) {
    return {{"expire workspaces", seconds(5),
             [&core] {
                 for (const catalog::Workspace& workspace : core.store->expired_workspaces()) {
                     core.fleet->end_worker(workspace.id, CancelReason::kExpired);
                 }
             }},
            {"collect versions", seconds(60),
             [&core, grace = settings.version_grace_seconds] { core.versions.collect(grace, core.clock); }},
            {"forget idempotency keys", seconds(60), [&core] { core.store->forget_expired_idempotency(); }},
            {"end alerts", seconds(5), [&core] { core.alerts->tick(); }},
            {"tend monitoring", seconds(10), [&core] { core.monitoring.tend(); }},
            {"check the PostgreSQL front", seconds(10), [&core, address = front.address()] {
                 const std::string problem = check_pg_front(address, kSelfCheckTimeout);
                 core.front.set(problem);
                 core.alerts->server_down(!problem.empty(), problem);
             }}};
}

// Tells the monitors of Sentry that a duty was done; at most once a minute, the shortest time they know.
Maintenance::Told check_in(const config::Settings& settings, Core& core) {
    if (!settings.sentry_check_ins || !core.monitoring.sentry().enabled()) return {};
    return [&client = core.monitoring.sentry()](const Maintenance::Done& done) {
        std::string slug = "smew-" + done.duty.name;
        std::ranges::transform(slug, slug.begin(), [](unsigned char c) { return c == ' ' ? '-' : std::tolower(c); });
        client.check_in({.monitor = slug, .ok = done.ok, .duration = done.taken, .every = done.duty.every});
    };
}

std::string http_url(const config::Settings& settings, const std::string& address) {
    return (settings.http_tls ? "https://" : "http://") + address;
}

// Tells whoever started the process where it listens.
void announce(const config::Settings& settings, const Doors& doors, const std::string& demo) {
    const std::string http = http_url(settings, doors.server->address());
    boost::json::object ready{{"event", "ready"}, {"http", http}, {"pg", doors.front->address()}, {"pid", ::getpid()}};
    if (!demo.empty()) ready["psql"] = "psql \"" + demo + "\"";
    std::puts(boost::json::serialize(ready).c_str());
    std::fflush(stdout);
    log::info("ready", {{"http", http}, {"pg", doors.front->address()}});
}

milliseconds time_until(SteadyTime deadline) {
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - std::chrono::steady_clock::now());
    return std::max(left, milliseconds(0));
}

// Each step gets a share of the time that is left, so that a slow one leaves something to those behind it.
void shut_down(Core& core, Doors& doors, Maintenance& maintenance, IoThreads& threads, SteadyTime deadline) {
    doors.front->stop_accepting();
    doors.server->set_ready(false);
    maintenance.ask_to_stop();
    core.monitoring.profiler().stop();  // who waits for a profile gets what there is
    core.query_log.stop();              // while there still is a worker to write with
    core.fleet->shutdown(time_until(deadline) * 6 / 10);
    doors.server->stop(time_until(deadline) / 2);
    doors.front->stop();
    if (!threads.finish(std::chrono::steady_clock::now() + time_until(deadline) / 2))
        log::warning("connections_cut_off");
}

void serve_until_stopped(const config::Settings& settings, const std::string& version, const DataDir& data_dir,
                         StopSignals& signals) {
    Core core(settings, data_dir, version);
    const std::string key_hash = admin_key_hash(settings.admin_key, *core.store, data_dir);
    Doors doors(settings, core, version, key_hash,
                admin_database(settings, core, admin_verifier(settings.admin_key, *core.store, data_dir)));
    const std::string pg_address = public_pg_address(settings, doors.front->address());
    doors.server->set_pg_address(pg_address);
    const std::string demo =
        settings.demo
            ? prepare_demo({settings, core.layout, *core.store, core.versions, *core.fleet, core.clock}, pg_address)
            : std::string();

    IoThreads threads(doors.io, io_thread_count(settings.io_threads));
    doors.front->start();
    doors.server->start();
    Maintenance maintenance(duties(settings, core, *doors.front), check_in(settings, core));
    // On a thread of its own: other duties may take longer than a second.
    Maintenance sampling({{"keep history", seconds(1), [&core] {
                               core.history.tick();
                               core.project_history.tick();
                           }}});
    // Likewise: an engine that hangs is waited for.
    Maintenance checks({{"check engines", settings.health_engine_check_seconds, [&settings, &core] {
                             check_engines(*core.fleet, settings.health_engine_timeout_seconds, core.clock,
                                           core.engine_checks);
                         }}});
    doors.server->set_ready(true);
    announce(settings, doors, demo);

    const int signal = signals.wait();
    const SteadyTime deadline = std::chrono::steady_clock::now() + settings.shutdown_timeout_seconds;
    signals.exit_at(deadline);
    log::info("shutdown_started", {{"signal", signal}});
    shut_down(core, doors, maintenance, threads, deadline);
}

}  // namespace

int serve(const config::Settings& settings, const std::string& version) {
    log::set_level(settings.log_level);
    std::signal(SIGPIPE, SIG_IGN);
    raise_descriptor_limit();
    StopSignals signals;
    const DataDir data_dir(settings.data_dir);
    serve_until_stopped(settings, version, data_dir, signals);
    log::info("shutdown_complete");
    return 0;
}

}  // namespace smew::app
