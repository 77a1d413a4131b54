#include "http/docs_page.hpp"
#include "http/endpoints.hpp"
#include "http/openapi.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <filesystem>

namespace smew::http {
namespace {

namespace json = boost::json;

constexpr std::chrono::seconds kMeasureEvery{30};

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
