#include "engine/function_policy.hpp"

#include "engine/catalog_function.hpp"
#include "engine/duckdb_listings.hpp"
#include "engine/errors.hpp"
#include "engine/native_functions.hpp"

#include <duckdb.hpp>
#include <duckdb/catalog/catalog_entry/copy_function_catalog_entry.hpp>
#include <duckdb/catalog/catalog_entry/pragma_function_catalog_entry.hpp>
#include <duckdb/catalog/catalog_entry/scalar_function_catalog_entry.hpp>
#include <duckdb/catalog/catalog_entry/schema_catalog_entry.hpp>
#include <duckdb/catalog/catalog_entry/table_function_catalog_entry.hpp>
#include <duckdb/catalog/duck_catalog.hpp>
#include <duckdb/common/string_util.hpp>
#include <duckdb/execution/expression_executor.hpp>

#include <algorithm>
#include <array>

namespace smew::engine {
namespace {

// Sorted. What reads only its arguments, or only the catalog of the workspace (attached versions are hidden from it).
constexpr std::array<std::string_view, 34> kTableFunctions = {"duckdb_columns",
                                                              "duckdb_constraints",
                                                              "duckdb_databases",
                                                              "duckdb_dependencies",
                                                              "duckdb_functions",
                                                              "duckdb_indexes",
                                                              "duckdb_keywords",
                                                              "duckdb_schemas",
                                                              "duckdb_sequences",
                                                              "duckdb_tables",
                                                              "duckdb_types",
                                                              "duckdb_variables",
                                                              "duckdb_views",
                                                              "generate_series",
                                                              "histogram",
                                                              "histogram_values",
                                                              "icu_calendar_names",
                                                              "json_each",
                                                              "json_tree",
                                                              "pg_get_keywords",
                                                              "pg_timezone_names",
                                                              "pragma_collations",
                                                              "pragma_show",
                                                              "pragma_table_info",
                                                              "pragma_version",
                                                              "range",
                                                              "repeat",
                                                              "repeat_row",
                                                              "seq_scan",
                                                              "summary",
                                                              "test_all_types",
                                                              "test_vector_types",
                                                              "unnest",
                                                              "values"};

// Sorted. Logs, statistics of rows a policy hides, SQL inside SQL, and values whose bytes an attacker could forge.
constexpr std::array<std::string_view, 13> kRefusedScalarFunctions = {"combine",
                                                                      "finalize",
                                                                      "getenv",
                                                                      "json_serialize_plan",
                                                                      "parse_duckdb_log_message",
                                                                      "query",
                                                                      "query_table",
                                                                      "stats",
                                                                      "variant_bytes_to_variant",
                                                                      "variant_normalize",
                                                                      "variant_to_parquet_variant",
                                                                      "which_secret",
                                                                      "write_log"};

// Sorted. What current_setting() may tell: nothing with a path, a limit or a name of the server in it.
constexpr std::array<std::string_view, 10> kReadableSettings = {
    "calendar",      "default_collation", "default_null_order",
    "default_order", "integer_division",  "null_order",
    "schema",        "search_path",       "threads",
    "timezone"};

// Consistent to DuckDB, but the text of their result follows the session's time zone or the catalog.
constexpr std::array<std::string_view, 12> kNotPure = {
    "age",       "current_setting", "getvariable", "in_search_path", "make_timestamptz", "nextval",
    "pg_typeof", "strptime",        "timezone",    "to_timestamp",   "try_strptime",     "uuid_extract_timestamp"};

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& sorted, std::string_view name) {
    return std::binary_search(sorted.begin(), sorted.end(), name);
}

bool handles_files(const std::string& name) {
    constexpr std::array<std::string_view, 5> kBeginnings = {"read_", "parquet_", "sniff_", "glob", "arrow_"};
    return std::any_of(kBeginnings.begin(), kBeginnings.end(),
                       [&](std::string_view part) { return name.rfind(part, 0) == 0; });
}

[[noreturn]] void refuse(const std::string& name) {
    const char* hint =
        handles_files(name)
            ? "Files are loaded and exported through the REST API; tables of the project are read by name."
            : "";
    throw_through_duckdb({sqlstate::kInsufficientPrivilege,
                          "permission denied: function " + name + " is not available in a workspace", "", hint});
}

duckdb::unique_ptr<duckdb::FunctionData> refuse_table_function(duckdb::ClientContext&,
                                                               duckdb::TableFunctionBindInput& input,
                                                               duckdb::vector<duckdb::LogicalType>&,
                                                               duckdb::vector<std::string>&) {
    refuse(input.table_function.name);
}

duckdb::unique_ptr<duckdb::FunctionData> refuse_scalar_function(
    duckdb::ClientContext&, duckdb::ScalarFunction& function, duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>&) {
    refuse(function.name);
}

// Never reached, since binding fails; DuckDB takes a function without a body for a bug of its own.
void refuse_execution(duckdb::ClientContext&, duckdb::TableFunctionInput&, duckdb::DataChunk&) {
    refuse("of this kind");
}

void refuse_pragma(duckdb::ClientContext&, const duckdb::FunctionParameters&) {
    refuse("PRAGMA");
}

void refuse(duckdb::TableFunction& function) {
    duckdb::TableFunction refused(function.name, function.arguments, refuse_execution, refuse_table_function);
    refused.varargs = function.varargs;
    refused.named_parameters = function.named_parameters;
    function = std::move(refused);
}

void refuse(duckdb::ScalarFunction& function) {
    duckdb::ScalarFunction refused(function.name, function.arguments, function.GetReturnType(),
                                   duckdb::ScalarFunction::NopFunction, refuse_scalar_function);
    refused.varargs = function.varargs;
    refused.SetStability(duckdb::FunctionStability::VOLATILE);
    function = std::move(refused);
}

void refuse(duckdb::PragmaFunction& function) {
    function.query = nullptr;
    function.function = refuse_pragma;
}

// Copying: what COPY needs to read is taken away, and to write but for the formats of FileStream (DuckDB writes JSON by
// its CSV writer). Those write to the pipe that the plan gate knows and nowhere else.
void refuse(duckdb::CopyFunction& function) {
    duckdb::CopyFunction refused(function.name);
    if (function.name == "parquet" || function.name == "json" || function.name == "csv") {
        refused = function;
        refused.copy_from_bind = nullptr;
        refused.copy_from_function = duckdb::TableFunction();
    }
    function = refused;
}

// current_setting() with the settings it may read. The function it replaces travels in the function's own info.
struct OriginalScalarBind : duckdb::ScalarFunctionInfo {
    explicit OriginalScalarBind(duckdb::bind_scalar_function_t bind_) : bind(bind_) {}
    duckdb::bind_scalar_function_t bind;
};

duckdb::unique_ptr<duckdb::FunctionData> bind_current_setting(
    duckdb::ClientContext& context, duckdb::ScalarFunction& function,
    duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& arguments) {
    if (!arguments.empty() && arguments[0]->IsFoldable()) {
        const duckdb::Value key = duckdb::ExpressionExecutor::EvaluateScalar(context, *arguments[0]);
        const std::string name = key.IsNull() ? std::string() : duckdb::StringUtil::Lower(key.ToString());
        if (!contains(kReadableSettings, name)) {
            throw_through_duckdb({sqlstate::kUndefinedObject, "unrecognized configuration parameter \"" + name + "\""});
        }
    }
    return function.GetExtraFunctionInfo().Cast<OriginalScalarBind>().bind(context, function, arguments);
}

void guard_current_setting(duckdb::ScalarFunction& function) {
    function.SetExtraFunctionInfo<OriginalScalarBind>(function.GetBindCallback());
    function.SetBindCallback(bind_current_setting);
}

void restrict_entry(duckdb::TableFunctionCatalogEntry& entry, std::span<const std::string_view> allowed) {
    // What fills the catalogs is for their views; the gate keeps users from calling it.
    const bool keep = is_internal_function(entry.name) || std::ranges::find(allowed, entry.name) != allowed.end();
    for (duckdb::TableFunction& function : entry.functions.functions) {
        if (!keep) refuse(function);
        if (keep && is_duckdb_listing(entry.name)) guard_listing(function);
    }
}

void restrict_entry(duckdb::ScalarFunctionCatalogEntry& entry) {
    for (duckdb::ScalarFunction& function : entry.functions.functions) {
        if (contains(kRefusedScalarFunctions, entry.name)) refuse(function);
        if (entry.name == "current_setting") guard_current_setting(function);
    }
}

void for_each_system_schema(duckdb::DatabaseInstance& database,
                            const std::function<void(duckdb::SchemaCatalogEntry&)>& visit) {
    duckdb::Catalog::GetSystemCatalog(database).Cast<duckdb::DuckCatalog>().ScanSchemas(visit);
}

}  // namespace

std::span<const std::string_view> workspace_table_functions() {
    return kTableFunctions;
}
bool is_workspace_table_function(std::string_view name) {
    return contains(kTableFunctions, name) || is_internal_function(name);
}
std::span<const std::string_view> refused_scalar_functions() {
    return kRefusedScalarFunctions;
}

void restrict_functions(duckdb::DatabaseInstance& database, std::span<const std::string_view> table_functions,
                        bool copy_formats) {
    using duckdb::CatalogEntry;
    using duckdb::CatalogType;
    for_each_system_schema(database, [&](duckdb::SchemaCatalogEntry& schema) {
        schema.Scan(CatalogType::TABLE_FUNCTION_ENTRY, [&](CatalogEntry& entry) {
            if (entry.type != CatalogType::TABLE_FUNCTION_ENTRY) return;  // table macros stand in the same set
            restrict_entry(entry.Cast<duckdb::TableFunctionCatalogEntry>(), table_functions);
        });
        schema.Scan(CatalogType::SCALAR_FUNCTION_ENTRY, [&](CatalogEntry& entry) {
            if (entry.type != CatalogType::SCALAR_FUNCTION_ENTRY) return;
            restrict_entry(entry.Cast<duckdb::ScalarFunctionCatalogEntry>());
        });
        schema.Scan(CatalogType::PRAGMA_FUNCTION_ENTRY, [&](CatalogEntry& entry) {
            for (auto& function : entry.Cast<duckdb::PragmaFunctionCatalogEntry>().functions.functions)
                refuse(function);
        });
        if (copy_formats) return;
        schema.Scan(CatalogType::COPY_FUNCTION_ENTRY,
                    [&](CatalogEntry& entry) { refuse(entry.Cast<duckdb::CopyFunctionCatalogEntry>().function); });
    });
}

std::unordered_set<std::string> pure_functions(duckdb::DatabaseInstance& database) {
    std::unordered_set<std::string> names;
    for (const NativeFunction* function : native_functions()) {
        if (function->pure) names.emplace(function->name);
    }
    for_each_system_schema(database, [&](duckdb::SchemaCatalogEntry& schema) {
        schema.Scan(duckdb::CatalogType::SCALAR_FUNCTION_ENTRY, [&](duckdb::CatalogEntry& entry) {
            if (entry.type != duckdb::CatalogType::SCALAR_FUNCTION_ENTRY || contains(kNotPure, entry.name)) return;
            if (find_native_function(entry.name) != nullptr) return;  // has said so itself
            const auto& overloads = entry.Cast<duckdb::ScalarFunctionCatalogEntry>().functions.functions;
            const bool pure =
                std::all_of(overloads.begin(), overloads.end(), [](const duckdb::ScalarFunction& function) {
                    return function.GetStability() == duckdb::FunctionStability::CONSISTENT;
                });
            if (pure) names.insert(duckdb::StringUtil::Lower(entry.name));
        });
    });
    return names;
}

}  // namespace smew::engine
