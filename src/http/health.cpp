#include "http/health.hpp"

#include "fleet/machine_memory.hpp"
#include "telemetry/process_usage.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <filesystem>

namespace smew::http {
namespace {

namespace json = boost::json;
using std::chrono::duration_cast;

constexpr std::string_view kStore = "metadata_store", kFront = "postgresql", kEngine = "engine", kDisk = "disk",
                           kMemory = "memory", kCertificate = "certificate";

Component store_health(Context& context) {
    const SteadyTime begin = context.clock.steady_now();
    Component store{.name = kStore};
    if (!context.store.healthy()) {
        store.grade = Grade::kUnhealthy;
        store.reason = "the metadata store does not answer";
    }
    const auto taken = duration_cast<std::chrono::microseconds>(context.clock.steady_now() - begin);
    store.facts = {{"answered_in_us", taken.count()}};
    return store;
}

Component front_health(const Context& context) {
    Component front{.name = kFront, .facts = {{"address", context.pg_address()}}};
    const std::string problem = context.front_problem ? context.front_problem() : std::string();
    if (problem.empty()) return front;
    front.grade = Grade::kUnhealthy;
    front.reason = "the PostgreSQL front does not answer";
    front.facts["problem"] = problem;
    return front;
}

// What the last check of the workspaces' engines found; which of them failed is for the admin.
void judge_engines(const fleet::EngineChecks::Round& round, Component& engine) {
    const std::size_t failed = round.failed();
    std::chrono::microseconds slowest{0};
    json::array failures;
    for (const fleet::EngineCheck& check : round.checks) {
        slowest = std::max(slowest, check.taken);
        if (!check.error) continue;
        failures.push_back(json::object{{"workspace_id", check.workspace.value()}, {"problem", check.error->message}});
    }
    engine.facts["checked_at"] = round.at ? json::value(to_iso8601(*round.at)) : json::value();
    engine.facts["engines_checked"] = round.checks.size();
    engine.facts["engines_failed"] = std::move(failures);
    engine.facts["slowest_answer_us"] = slowest.count();
    if (failed == 0) return;
    // One alone may be its workspace's own doing; all of several are not.
    const bool all = failed == round.checks.size() && failed > 1;
    engine.grade = all ? Grade::kUnhealthy : Grade::kDegraded;
    engine.reason = all ? "no workspace's engine answers" : "a workspace's engine does not answer";
}

Component engine_health(const Context& context) {
    const fleet::Fleet::Totals totals = context.fleet.totals();
    const auto most = static_cast<std::size_t>(context.settings.worker_max_count);
    Component engine{.name = kEngine,
                     .facts = {{"duckdb_version", context.duckdb_version},
                               {"workers", totals.workers},
                               {"workers_limit", most},
                               {"loaders", totals.loaders},
                               {"sessions", totals.sessions},
                               {"running_statements", totals.running},
                               {"failed_starts", totals.failed_starts}}};
    if (context.engine_checks != nullptr) judge_engines(context.engine_checks->last(), engine);
    if (engine.grade != Grade::kHealthy) return engine;
    if (totals.failed_starts > 0) {
        engine.grade = Grade::kDegraded;
        engine.reason = "worker processes do not start; the log says why (worker_start_failed)";
    } else if (totals.workers + totals.loaders >= most) {
        engine.grade = Grade::kDegraded;
        engine.reason = "all places for worker processes are taken (worker_max_count)";
    }
    return engine;
}

Component disk_health(const Context& context) {
    std::error_code error;
    const std::filesystem::space_info space = std::filesystem::space(context.layout.absolute(""), error);
    const std::uint64_t least = context.settings.health_min_free_disk.count;
    Component disk{.name = kDisk};
    if (error) {
        disk.grade = Grade::kUnhealthy;
        disk.reason = "data_dir cannot be reached";
        disk.facts = {{"problem", error.message()}};
        return disk;
    }
    disk.facts = {{"free_bytes", space.available}, {"total_bytes", space.capacity}, {"least_free_bytes", least}};
    if (space.available < least) {
        disk.grade = Grade::kUnhealthy;
        disk.reason = "disk space is short (health_min_free_disk)";
    }
    return disk;
}

Component memory_health(const Context& context) {
    const fleet::MachineMemory machine = fleet::read_machine_memory();
    const fleet::Fleet::Totals totals = context.fleet.totals();
    const std::uint64_t least = context.settings.health_min_free_memory.count;
    Component memory{.name = kMemory,
                     .facts = {{"available_bytes", machine.available},
                               {"total_bytes", machine.total},
                               {"least_available_bytes", least},
                               {"gateway_bytes", telemetry::read_process_usage().resident_bytes},
                               {"workers_bytes", totals.memory_bytes},
                               {"workers_granted_bytes", totals.memory_granted_bytes},
                               {"workers_limit_bytes", totals.memory_limit_bytes}}};
    if (machine.total != 0 && machine.available < least) {
        memory.grade = Grade::kDegraded;
        memory.reason = "memory is short (health_min_free_memory)";
    }
    return memory;
}

}  // namespace

std::string_view to_text(Grade grade) {
    switch (grade) {
        case Grade::kHealthy:
            return "healthy";
        case Grade::kDegraded:
            return "degraded";
        case Grade::kUnhealthy:
            return "unhealthy";
    }
    return "unhealthy";
}

// Never unhealthy: a server that is taken away because of its certificate helps nobody, and the client decides.
Component certificate_health(std::optional<WallTime> expires, WallTime now, int warn_days) {
    Component certificate{.name = kCertificate, .facts = {{"tls", expires.has_value()}}};
    if (!expires) return certificate;
    const auto left = std::chrono::floor<std::chrono::days>(*expires - now).count();
    certificate.facts["expires_at"] = to_iso8601(*expires);
    certificate.facts["days_left"] = left;
    if (left >= warn_days) return certificate;
    certificate.grade = Grade::kDegraded;
    certificate.reason =
        left < 0 ? "the TLS certificate has expired" : "the TLS certificate expires soon (health_certificate_days)";
    return certificate;
}

std::vector<Component> components_of(Context& context) {
    return {
        store_health(context),
        front_health(context),
        engine_health(context),
        disk_health(context),
        memory_health(context),
        certificate_health(context.certificate_expires, context.clock.now(), context.settings.health_certificate_days)};
}

Grade overall(const std::vector<Component>& components) {
    Grade worst = Grade::kHealthy;
    for (const Component& component : components) worst = std::max(worst, component.grade);
    return worst;
}

std::vector<std::string> reasons_not_ready(const Context& context, const std::vector<Component>& components) {
    std::vector<std::string> reasons;
    if (context.stopping.load()) {
        reasons.emplace_back("the server stops");
    } else if (!context.ready.load()) {
        reasons.emplace_back("the server starts, or is about to stop");
    }
    for (const Component& component : components) {
        if (component.grade == Grade::kUnhealthy) reasons.push_back(component.reason);
    }
    return reasons;
}

}  // namespace smew::http
