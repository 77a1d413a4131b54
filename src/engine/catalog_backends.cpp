// The sessions of the workspace: what pg_stat_activity lists.
#include "engine/catalog_backends.hpp"

#include "engine/backends.hpp"
#include "engine/catalog_function.hpp"
#include "engine/native_functions.hpp"

namespace smew::engine {
namespace {

using Backend = Backends::Backend;

struct Row {
    std::int32_t pid = 0, client_port = 0;
    std::string user, database, application_name;
    std::optional<std::string> client_address;
    std::string state, query;
    std::optional<std::int64_t> connected, query_started, state_since;  // µs since 1970
};

std::optional<std::int64_t> known(std::int64_t micros) {
    return micros == 0 ? std::nullopt : std::optional(micros);
}

Row row_of(Backend backend) {
    const auto& identity = backend.identity;
    Row row{.pid = identity.backend_pid,
            .client_port = identity.client_address.empty() ? -1 : identity.client_port,
            .user = identity.user,
            .database = identity.database,
            .application_name = std::move(backend.application_name),
            .state = std::move(backend.state),
            .query = std::move(backend.query),
            .connected = known(backend.connected_micros),
            .query_started = known(backend.query_start_micros),
            .state_since = known(backend.state_since_micros)};
    if (!identity.client_address.empty()) row.client_address = identity.client_address;
    return row;
}

std::vector<Row> collect(duckdb::ClientContext& context) {
    std::vector<Row> rows;
    const auto* sessions = dynamic_cast<const Backends*>(&facts_of(context));
    if (sessions == nullptr) return rows;
    for (Backend& backend : sessions->backends()) rows.push_back(row_of(std::move(backend)));
    return rows;
}

}  // namespace

duckdb::TableFunction catalog_backends() {
    return table_function(CatalogFunction<Row>{
        "smew_backends",
        {column("pid", "int4", &Row::pid), column("usename", "text", &Row::user),
         column("datname", "text", &Row::database), column("application_name", "text", &Row::application_name),
         column("client_addr", "text", &Row::client_address), column("client_port", "int4", &Row::client_port),
         column("state", "text", &Row::state), column("query", "text", &Row::query),
         column("connected", "int8", &Row::connected), column("query_started", "int8", &Row::query_started),
         column("state_since", "int8", &Row::state_since)},
        collect});
}

}  // namespace smew::engine
