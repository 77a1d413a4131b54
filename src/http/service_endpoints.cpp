#include "http/docs_page.hpp"
#include "http/endpoints.hpp"
#include "http/openapi.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <filesystem>

namespace smew::http {
namespace {

namespace json = boost::json;

// Less than this is left and loads are about to fail.
constexpr std::uintmax_t kLeastFreeBytes = 256ULL << 20;
constexpr std::chrono::seconds kMeasureEvery{30};

struct Condition {
    bool store = false, disk = false;
    std::uintmax_t free_bytes = 0;
    bool healthy() const { return store && disk; }
};

Condition condition_of(Context& context) {
    Condition condition;
    std::error_code error;
    const std::filesystem::space_info space = std::filesystem::space(context.layout.absolute(""), error);
    condition.free_bytes = error ? 0 : space.available;
    condition.disk = !error && space.available >= kLeastFreeBytes;
    condition.store = context.store.healthy();
    return condition;
}

std::string_view state(bool fine) {
    return fine ? "healthy" : "unhealthy";
}

Response health_reply(Context& context, bool also_ready) {
    const Condition now = condition_of(context);
    const bool ready = context.ready.load() && !context.stopping.load();
    const bool fine = now.healthy() && (!also_ready || ready);
    const fleet::Fleet::Totals totals = context.fleet.totals();
    json::object components{
        {"metadata_store", json::object{{"status", state(now.store)}}},
        {"disk", json::object{{"status", state(now.disk)}, {"free_bytes", now.free_bytes}}},
        {"workers", json::object{{"status", "healthy"}, {"running", totals.workers}, {"sessions", totals.sessions}}},
        {"readiness", json::object{{"status", ready ? "ready" : "not_ready"}}}};
    json::object body{{"status", state(fine)},
                      {"version", context.version},
                      {"duckdb_version", context.duckdb_version},
                      {"storage_available", now.healthy()},
                      {"components", std::move(components)},
                      {"details", json::object{{"data_dir", now.disk}, {"metadata_store", now.store}}}};
    return json_response(body, fine ? 200 : 503);
}

}  // namespace

std::uint64_t Context::workspaces_bytes() {
    const std::lock_guard guard(mutex_);
    const SteadyTime now = clock.steady_now();
    if (measured_.at == SteadyTime{} || now - measured_.at >= kMeasureEvery) {
        measured_ = {now, storage::directory_size(layout.absolute("workspaces")).count};
    }
    return measured_.workspaces_bytes;
}

namespace endpoints {

Response service(const Request&, Context& context) {
    return json_response(
        json::object{{"service", "smew"}, {"version", context.version}, {"health", "/health"}, {"docs", "/docs"}});
}

Response health(const Request&, Context& context) {
    return health_reply(context, false);
}

Response health_live(const Request&, Context& context) {
    return json_response(json::object{{"status", "alive"}, {"version", context.version}});
}

Response health_ready(const Request&, Context& context) {
    return health_reply(context, true);
}

Response metrics(const Request&, Context& context) {
    const catalog::Store::Counts counts = context.store.counts();
    std::error_code error;
    const std::uintmax_t metadata = std::filesystem::file_size(context.layout.metadata_file(), error);
    context.metrics.inventory({.projects = counts.projects,
                               .buckets = counts.buckets,
                               .tables = counts.tables,
                               .workspaces = counts.workspaces,
                               .metadata_bytes = error ? 0 : static_cast<std::int64_t>(metadata),
                               .tables_bytes = counts.tables_bytes,
                               .files_bytes = counts.files_bytes,
                               .workspaces_bytes = static_cast<std::int64_t>(context.workspaces_bytes())});
    Response response;
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    response.body = context.metrics.scrape();
    return response;
}

Response openapi(const Request&, Context& context) {
    return json_response(openapi_document(context.version));
}

Response docs(const Request&, Context& context) {
    Response response;
    response.content_type = "text/html; charset=utf-8";
    response.body = docs_page(context.version);
    // The page has a style of its own and nothing else.
    response.headers.emplace_back(
        "Content-Security-Policy",
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'");
    return response;
}

}  // namespace endpoints
}  // namespace smew::http
