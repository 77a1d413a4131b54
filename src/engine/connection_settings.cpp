// The settings of a session. DuckDB's configuration is locked, so they are made through its C++ interface.
#include "engine/connection.hpp"
#include "engine/errors.hpp"
#include "engine/names.hpp"

#include <duckdb.hpp>
#include <duckdb/catalog/catalog.hpp>
#include <duckdb/catalog/catalog_search_path.hpp>
#include <duckdb/common/string_util.hpp>
#include <duckdb/main/client_config.hpp>
#include <duckdb/main/client_data.hpp>
#include <duckdb/main/config.hpp>

namespace smew::engine {
namespace {

constexpr const char* kTimeZone = "TimeZone";

}  // namespace

Result<void> GatedConnection::set_search_path(const std::vector<std::string>& schemas) {
    try {
        session_->search_path.clear();
        session_->project_path.clear();
        for (const std::string& schema : schemas) {
            const std::string name = duckdb::StringUtil::CIEquals(schema, "public") ? "main" : schema;
            session_->search_path.push_back(name);
            if (is_reserved_schema(name) || instance_.resolver.is_project_schema(name))
                session_->project_path.push_back(name);
        }
        ++session_->path_changes;
        apply_local_path();
        return {};
    } catch (const std::exception& exception) {
        return to_error(exception);
    }
}

// DuckDB searches the schemas that exist now; for one that is made later the path is applied again before a statement
// is planned. Without any, new tables go to main.
void GatedConnection::apply_local_path() {
    duckdb::vector<duckdb::CatalogSearchEntry> entries;
    bool complete = true;
    context_.RunFunctionInTransaction(
        [&] {
            for (const std::string& schema : session_->search_path) {
                if (is_reserved_schema(schema) || instance_.resolver.is_project_schema(schema)) continue;
                const bool exists = duckdb::Catalog::GetSchema(context_, instance_.own_catalog, schema,
                                                               duckdb::OnEntryNotFound::RETURN_NULL) != nullptr;
                complete = complete && exists;
                if (exists) entries.emplace_back(instance_.own_catalog, schema);
            }
        },
        false);
    if (entries.empty()) entries.emplace_back(instance_.own_catalog, "main");
    duckdb::ClientData::Get(context_).catalog_search_path->Set(std::move(entries),
                                                               duckdb::CatalogSetPathType::SET_DIRECTLY);
    if (complete != path_complete_) ++session_->path_changes;
    path_complete_ = complete;
}

void GatedConnection::set_dialect(Dialect dialect) {
    if (session_->dialect == dialect) return;
    session_->dialect = dialect;
    ++session_->path_changes;  // the operators in a plan are of the dialect it was bound in
}

Result<void> GatedConnection::set_time_zone(std::string_view zone) {
    try {
        duckdb::ExtensionOption option;
        if (!duckdb::DBConfig::GetConfig(context_).TryGetExtensionOption(kTimeZone, option)) {
            return Error{sqlstate::kInternalError, "the engine knows no time zones"};
        }
        duckdb::Value value{std::string(zone)};
        option.set_function(context_, duckdb::SetScope::SESSION, value);
        duckdb::ClientConfig::GetConfig(context_).user_settings.SetUserSetting(option.setting_index.GetIndex(), value);
        ++session_->path_changes;  // plans have the zone folded into them
        return {};
    } catch (const std::exception&) {
        return Error{sqlstate::kInvalidParameterValue,
                     "invalid value for parameter \"TimeZone\": \"" + std::string(zone) + "\""};
    }
}

}  // namespace smew::engine
