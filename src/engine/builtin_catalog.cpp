#include "engine/builtin_catalog.hpp"

#include "engine/builtin_relations.hpp"
#include "engine/catalog_function.hpp"
#include "pgcatalog/definitions.hpp"

#include <duckdb/catalog/catalog.hpp>
#include <duckdb/catalog/catalog_entry/duck_schema_entry.hpp>
#include <duckdb/catalog/catalog_entry/scalar_macro_catalog_entry.hpp>
#include <duckdb/catalog/default/default_functions.hpp>
#include <duckdb/common/string_util.hpp>
#include <duckdb/main/client_context.hpp>
#include <duckdb/main/connection.hpp>
#include <duckdb/parser/parsed_data/create_table_function_info.hpp>
#include <duckdb/parser/parser.hpp>
#include <duckdb/parser/statement/create_statement.hpp>

#include <algorithm>
#include <string>
#include <unordered_map>

namespace smew::engine {
namespace {

using duckdb::CatalogEntry;
using duckdb::StringUtil;

template <class Definition>
using ByName = std::unordered_map<std::string, const Definition*>;

template <class Definition>
void add_names(duckdb::vector<std::string>& names, const ByName<Definition>& definitions) {
    for (const auto& [name, definition] : definitions) {
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
}

class MacroGenerator final : public duckdb::DefaultFunctionGenerator {
public:
    MacroGenerator(duckdb::Catalog& system, duckdb::SchemaCatalogEntry& schema_entry)
        : DefaultFunctionGenerator(system, schema_entry) {
        for (const pgcatalog::Macro& macro : pgcatalog::macros()) macros_.emplace(macro.name, &macro);
    }

    duckdb::unique_ptr<CatalogEntry> CreateDefaultEntry(duckdb::ClientContext& context,
                                                        const std::string& entry_name) override {
        const auto found = macros_.find(StringUtil::Lower(entry_name));
        if (found == macros_.end()) return DefaultFunctionGenerator::CreateDefaultEntry(context, entry_name);
        duckdb::Parser parser;
        parser.ParseQuery("CREATE MACRO " + found->first + std::string(found->second->definition));
        auto& info = parser.statements.at(0)->Cast<duckdb::CreateStatement>().info->Cast<duckdb::CreateMacroInfo>();
        info.schema = schema.name;
        info.temporary = true;
        info.internal = true;
        return duckdb::make_uniq_base<CatalogEntry, duckdb::ScalarMacroCatalogEntry>(catalog, schema, info);
    }

    duckdb::vector<std::string> GetDefaultEntries() override {
        auto names = DefaultFunctionGenerator::GetDefaultEntries();
        add_names(names, macros_);
        return names;
    }

private:
    ByName<pgcatalog::Macro> macros_;
};

}  // namespace

void install_builtin_catalog(duckdb::DatabaseInstance& database) {
    install_catalog_types(database);
    auto& system = duckdb::Catalog::GetSystemCatalog(database);
    duckdb::Connection connection(database);
    duckdb::ClientContext& context = *connection.context;
    context.RunFunctionInTransaction([&] {
        for (const auto& make : catalog_functions()) {
            duckdb::CreateTableFunctionInfo function(make());
            function.internal = true;
            system.CreateTableFunction(context, function);
        }
        // The schemas are themselves made when they are first named.
        for (const char* name : {"pg_catalog", "information_schema"}) {
            auto& schema = system.GetSchema(context, name).Cast<duckdb::DuckSchemaEntry>();
            schema.GetCatalogSet(duckdb::CatalogType::VIEW_ENTRY)
                .SetDefaultGenerator(relation_generator(system, schema));
        }
        auto& schema = system.GetSchema(context, "pg_catalog").Cast<duckdb::DuckSchemaEntry>();
        schema.GetCatalogSet(duckdb::CatalogType::SCALAR_FUNCTION_ENTRY)
            .SetDefaultGenerator(duckdb::make_uniq<MacroGenerator>(system, schema));
    });
}

}  // namespace smew::engine
