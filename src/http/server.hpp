#pragma once
// REST over HTTP/1.1: listener, routes with their access level, OpenAPI. Handlers run on a pool of threads and may
// wait; request bodies of loads are streamed to disk before the handler runs, files are streamed out.

#include "auth/login_throttle.hpp"
#include "catalog/store.hpp"
#include "config/live_settings.hpp"
#include "config/settings.hpp"
#include "fleet/fleet.hpp"
#include "net/tls.hpp"
#include "observe/alerts.hpp"
#include "observe/history.hpp"
#include "observe/project_history.hpp"
#include "observe/query_policy.hpp"
#include "observe/slow_queries.hpp"
#include "storage/versions.hpp"
#include "telemetry/metrics.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace smew::querylog {
class QueryLog;
}
namespace smew::sentry {
class Client;
}
namespace smew::tracing {
class Tracer;
}
namespace smew::profiling {
class Profiler;
class TransactionProfiles;
}  // namespace smew::profiling

namespace smew::http {

// What handlers work with. All references outlive the server.
struct Services {
    const config::Settings& settings;  // as at start
    config::LiveSettings& live;        // those that change while it runs
    const storage::Layout& layout;
    catalog::Store& store;
    storage::Versions& versions;
    fleet::Fleet& fleet;
    auth::LoginThrottle& throttle;
    telemetry::Metrics& metrics;
    observe::Alerts& alerts;
    observe::History& history;
    observe::ProjectHistory& project_history;  // also hears of failed logins
    observe::QueryPolicy& query_policy;
    observe::SlowQueries& slow_queries;
    querylog::QueryLog& query_log;
    const Clock& clock;
    std::string version;  // of smew
    std::string duckdb_version;
    std::string admin_key_hash;  // SHA-256, hex
    // Null: nobody wants to know.
    const tracing::Tracer* tracer = nullptr;
    sentry::Client* sentry = nullptr;
    profiling::Profiler* profiler = nullptr;
    profiling::TransactionProfiles* profiles = nullptr;
    // What is wrong with the PostgreSQL front; empty when it answers.
    std::function<std::string()> front_problem;
    const fleet::EngineChecks* engine_checks = nullptr;  // the last ones; null: none are made
    std::optional<WallTime> certificate_expires;         // nothing: there is no TLS
};

class Server {
public:
    // Binds at once (throws ErrorException when it cannot); serves from start() on.
    static std::unique_ptr<Server> create(boost::asio::io_context& io, Services services, const net::Tls* tls);
    virtual ~Server() = default;
    virtual void start() = 0;
    virtual std::string address() const = 0;
    virtual void set_pg_address(std::string address) = 0;  // told to users of workspaces
    virtual void set_ready(bool ready) = 0;                // /health/ready
    // Stops accepting, lets requests under way end for `grace`, closes.
    virtual void stop(std::chrono::milliseconds grace) = 0;
};

}  // namespace smew::http
