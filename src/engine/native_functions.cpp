#include "engine/native_functions.hpp"

#include "engine/errors.hpp"
#include "engine/functions_backends.hpp"
#include "engine/functions_strings.hpp"
#include "engine/integer_series.hpp"
#include "engine/vector_types.hpp"

#include <duckdb/catalog/catalog.hpp>
#include <duckdb/catalog/catalog_entry/scalar_function_catalog_entry.hpp>
#include <duckdb/catalog/catalog_entry/schema_catalog_entry.hpp>
#include <duckdb/catalog/duck_catalog.hpp>
#include <duckdb/common/string_util.hpp>

#include <unordered_map>
#include <vector>

namespace smew::engine {
namespace {

std::vector<const NativeFunction*> gather() {
    std::vector<const NativeFunction*> all;
    for (const auto group : {backend_functions(), formatting_functions(), series_functions(), session_functions(),
                             string_functions(), text_functions(), type_functions(), vector_functions()}) {
        for (const NativeFunction& function : group) all.push_back(&function);
    }
    return all;
}

}  // namespace

std::span<const NativeFunction* const> native_functions() {
    static const std::vector<const NativeFunction*> kAll = gather();
    return kAll;
}

const NativeFunction* find_native_function(std::string_view name) {
    static const auto kByName = [] {
        std::unordered_map<std::string_view, const NativeFunction*> map;
        for (const NativeFunction* function : native_functions()) map.emplace(function->name, function);
        return map;
    }();
    const auto found = kByName.find(name);
    return found == kByName.end() ? nullptr : found->second;
}

void replace_duckdb_functions(duckdb::DatabaseInstance& database) {
    using duckdb::CatalogType;
    auto& system = duckdb::Catalog::GetSystemCatalog(database).Cast<duckdb::DuckCatalog>();
    system.ScanSchemas([&](duckdb::SchemaCatalogEntry& schema) {
        if (schema.name != DEFAULT_SCHEMA) return;
        schema.Scan(CatalogType::SCALAR_FUNCTION_ENTRY, [&](duckdb::CatalogEntry& entry) {
            if (entry.type != CatalogType::SCALAR_FUNCTION_ENTRY) return;
            const NativeFunction* ours = find_native_function(duckdb::StringUtil::Lower(entry.name));
            if (ours == nullptr) return;
            auto& overloads = entry.Cast<duckdb::ScalarFunctionCatalogEntry>().functions.functions;
            if (!ours->extends) overloads.clear();
            for (duckdb::ScalarFunction& function : ours->make().functions) {
                function.name = entry.name;
                overloads.push_back(std::move(function));
            }
        });
    });
}

duckdb::shared_ptr<SessionState> session_of(duckdb::ClientContext& context) {
    auto session = SessionState::of(context);
    if (!session) throw_through_duckdb({sqlstate::kInternalError, "this function needs a session"});
    return session;
}

}  // namespace smew::engine
