#include "engine/builtin_catalog.hpp"

#include "engine/builtin_relations.hpp"
#include "engine/catalog_function.hpp"
#include "engine/integer_series.hpp"
#include "engine/native_functions.hpp"
#include "engine/parse_tree.hpp"
#include "engine/type_names.hpp"
#include "engine/vector_types.hpp"
#include "pgcatalog/definitions.hpp"

#include <duckdb/catalog/catalog.hpp>
#include <duckdb/catalog/catalog_entry/duck_schema_entry.hpp>
#include <duckdb/catalog/catalog_entry/scalar_function_catalog_entry.hpp>
#include <duckdb/catalog/catalog_entry/scalar_macro_catalog_entry.hpp>
#include <duckdb/catalog/catalog_entry/table_macro_catalog_entry.hpp>
#include <duckdb/catalog/default/default_functions.hpp>
#include <duckdb/catalog/default/default_table_functions.hpp>
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

template <class Entry>
duckdb::unique_ptr<CatalogEntry> macro_entry(duckdb::Catalog& system, duckdb::SchemaCatalogEntry& home,
                                             std::string_view name, std::string_view definition) {
    const std::string sql = "CREATE MACRO " + std::string(name) + std::string(definition);
    duckdb::Parser parser;
    parser.ParseQuery(sql);
    TreeParts parts = survey(*parser.statements.at(0));
    restore_type_names(parts, sql);
    auto& info = parser.statements.at(0)->Cast<duckdb::CreateStatement>().info->Cast<duckdb::CreateMacroInfo>();
    info.schema = home.name;
    info.temporary = true;
    info.internal = true;
    return duckdb::make_uniq_base<CatalogEntry, Entry>(system, home, info);
}

// Of schema pg_catalog: our macros and native functions, then DuckDB's macros. Of main, which is searched first:
// DuckDB's macros but those whose name is ours.
class FunctionGenerator final : public duckdb::DefaultFunctionGenerator {
public:
    FunctionGenerator(duckdb::Catalog& of, duckdb::SchemaCatalogEntry& schema_entry)
        : DefaultFunctionGenerator(of, schema_entry), ours_here_(schema_entry.name == "pg_catalog") {
        for (const pgcatalog::Macro& macro : pgcatalog::macros()) macros_.emplace(macro.name, &macro);
    }

    duckdb::unique_ptr<CatalogEntry> CreateDefaultEntry(duckdb::ClientContext& context,
                                                        const std::string& entry_name) override {
        const std::string name = StringUtil::Lower(entry_name);
        const auto macro = macros_.find(name);
        const NativeFunction* native = find_native_function(name);
        if (macro == macros_.end() && native == nullptr) {
            return DefaultFunctionGenerator::CreateDefaultEntry(context, entry_name);
        }
        if (!ours_here_) return nullptr;
        return native != nullptr
                   ? make_function(*native)
                   : macro_entry<duckdb::ScalarMacroCatalogEntry>(catalog, schema, name, macro->second->definition);
    }

    duckdb::vector<std::string> GetDefaultEntries() override {
        auto names = DefaultFunctionGenerator::GetDefaultEntries();
        // What is listed must be made when it is asked for.
        names.erase(std::remove_if(names.begin(), names.end(), [&](const std::string& name) { return is_ours(name); }),
                    names.end());
        if (!ours_here_) return names;
        for (const auto& [name, macro] : macros_) names.push_back(name);
        for (const NativeFunction* function : native_functions()) names.emplace_back(function->name);
        return names;
    }

private:
    bool is_ours(const std::string& name) const {
        return macros_.count(name) != 0 || find_native_function(name) != nullptr;
    }

    duckdb::unique_ptr<CatalogEntry> make_function(const NativeFunction& function) {
        duckdb::ScalarFunctionSet set = function.make();
        set.name = function.name;
        for (duckdb::ScalarFunction& overload : set.functions) overload.name = function.name;
        duckdb::CreateScalarFunctionInfo info(std::move(set));
        info.internal = true;
        return duckdb::make_uniq_base<CatalogEntry, duckdb::ScalarFunctionCatalogEntry>(catalog, schema, info);
    }

    const bool ours_here_;
    ByName<pgcatalog::Macro> macros_;
};

// Of schema pg_catalog: our functions that give rows, then DuckDB's.
class TableMacroGenerator final : public duckdb::DefaultTableFunctionGenerator {
public:
    TableMacroGenerator(duckdb::Catalog& of, duckdb::SchemaCatalogEntry& schema_entry)
        : DefaultTableFunctionGenerator(of, schema_entry) {
        for (const pgcatalog::TableMacro& macro : pgcatalog::table_macros()) macros_.emplace(macro.name, &macro);
    }

    duckdb::unique_ptr<CatalogEntry> CreateDefaultEntry(duckdb::ClientContext& context,
                                                        const std::string& entry_name) override {
        const auto macro = macros_.find(StringUtil::Lower(entry_name));
        if (macro == macros_.end()) return DefaultTableFunctionGenerator::CreateDefaultEntry(context, entry_name);
        return macro_entry<duckdb::TableMacroCatalogEntry>(catalog, schema, macro->first, macro->second->definition);
    }

    duckdb::vector<std::string> GetDefaultEntries() override {
        auto names = DefaultTableFunctionGenerator::GetDefaultEntries();
        add_names(names, macros_);
        return names;
    }

private:
    ByName<pgcatalog::TableMacro> macros_;
};

}  // namespace

void install_builtin_catalog(duckdb::DatabaseInstance& database) {
    install_vector_casts(database);
    install_integer_series(database);
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
        auto& functions = system.GetSchema(context, "pg_catalog").Cast<duckdb::DuckSchemaEntry>();
        functions.GetCatalogSet(duckdb::CatalogType::TABLE_FUNCTION_ENTRY)
            .SetDefaultGenerator(duckdb::make_uniq<TableMacroGenerator>(system, functions));
        for (const char* name : {DEFAULT_SCHEMA, "pg_catalog"}) {
            auto& schema = system.GetSchema(context, name).Cast<duckdb::DuckSchemaEntry>();
            schema.GetCatalogSet(duckdb::CatalogType::SCALAR_FUNCTION_ENTRY)
                .SetDefaultGenerator(duckdb::make_uniq<FunctionGenerator>(system, schema));
        }
    });
}

}  // namespace smew::engine
