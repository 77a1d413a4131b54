// Functions, built in and made by users: what pg_proc lists.
#include "engine/catalog_function.hpp"
#include "engine/function_policy.hpp"
#include "engine/procedures.hpp"
#include "engine/type_map.hpp"
#include "engine/workspace_objects.hpp"
#include "pgcatalog/support_functions.hpp"

#include <duckdb/catalog/catalog.hpp>
#include <duckdb/catalog/catalog_entry/aggregate_function_catalog_entry.hpp>
#include <duckdb/catalog/catalog_entry/macro_catalog_entry.hpp>
#include <duckdb/catalog/catalog_entry/scalar_function_catalog_entry.hpp>
#include <duckdb/catalog/catalog_entry/schema_catalog_entry.hpp>
#include <duckdb/function/macro_function.hpp>

#include <algorithm>
#include <charconv>
#include <set>

namespace smew::engine {
namespace {

using duckdb::CatalogType;
using duckdb::LogicalType;

// Overloads are numbered apart: each has a place among its entry's.
constexpr std::int64_t kFirstBuiltin = 0x08000000;
constexpr std::int64_t kOverloads = 256;
constexpr std::int64_t kAnyElement = 2283, kAnyArray = 2277, kRecord = 2249, kNumeric = 1700;

std::int64_t type_oid(const LogicalType& type) {
    using Id = duckdb::LogicalTypeId;
    if (type.id() == Id::ANY || type.id() == Id::TEMPLATE) return kAnyElement;
    if (type.id() == Id::UNKNOWN || type.id() == Id::INVALID || type.id() == Id::LAMBDA) return kAnyType;
    if (type.id() == Id::STRUCT) return kRecord;
    // A function that takes any list, map or decimal says so by a type without its details.
    if (type.AuxInfo() == nullptr) {
        if (type.id() == Id::LIST || type.id() == Id::ARRAY) return kAnyArray;
        if (type.id() == Id::DECIMAL) return kNumeric;
        if (type.IsNested() || type.id() == Id::ENUM) return kAnyType;
    }
    if (type.id() == Id::LIST && duckdb::ListType::GetChildType(type).id() != Id::LIST) {
        const auto element = type_oid(duckdb::ListType::GetChildType(type));
        if (element == kAnyElement || element == kAnyType) return kAnyArray;
    }
    return postgres_type(describe(type)).oid;
}

bool is_word(const std::string& name) {
    return !name.empty() && std::ranges::all_of(name, [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
}

// Operators have entries too, and what smew keeps to itself or refuses.
bool is_listed(const std::string& name) {
    if (!is_word(name) || is_internal_function(name) || name.starts_with("__")) return false;
    const auto refused = refused_scalar_functions();
    return std::ranges::find(refused, name) == refused.end();
}

char volatility_of(duckdb::FunctionStability stability) {
    switch (stability) {
        case duckdb::FunctionStability::CONSISTENT:
            return 'i';
        case duckdb::FunctionStability::CONSISTENT_WITHIN_QUERY:
            return 's';
        default:
            return 'v';
    }
}

template <class Function>
Procedure overload(const duckdb::CatalogEntry& entry, const Function& function, std::size_t place, char kind) {
    Procedure procedure;
    procedure.oid =
        kFirstBuiltin + static_cast<std::int64_t>(entry.oid) * kOverloads + static_cast<std::int64_t>(place);
    procedure.name = entry.name;
    procedure.kind = kind;
    procedure.volatility = volatility_of(function.GetStability());
    procedure.result = type_oid(function.GetReturnType());
    for (const LogicalType& argument : function.arguments) procedure.arguments.push_back(type_oid(argument));
    if (function.varargs.id() != duckdb::LogicalTypeId::INVALID) {
        procedure.variadic = type_oid(function.varargs);
        procedure.arguments.push_back(kAnyArray);
    }
    procedure.source = entry.name;
    return procedure;
}

Procedure macro_overload(const duckdb::CatalogEntry& entry, const duckdb::MacroFunction& macro) {
    Procedure procedure;
    procedure.name = entry.name;
    procedure.language = kSqlLanguage;
    procedure.volatility = 'v';
    procedure.returns_set = macro.type == duckdb::MacroType::TABLE_MACRO;
    if (procedure.returns_set) procedure.result = kRecord;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < macro.parameters.size(); ++i) {
        names.push_back(macro.parameters[i]->GetName());
        procedure.arguments.push_back(i < macro.types.size() ? type_oid(macro.types[i]) : kAnyType);
    }
    if (!names.empty()) procedure.argument_names = std::move(names);
    procedure.source = macro.ToSQL();
    procedure.comment = comment_of(entry);
    return procedure;
}

template <class Entry>
void add_overloads(const Entry& entry, char kind, std::vector<Procedure>& out) {
    for (std::size_t i = 0; i < entry.functions.functions.size(); ++i) {
        out.push_back(overload(entry, entry.functions.functions[i], i, kind));
    }
}

void add_builtin_macro(const duckdb::MacroCatalogEntry& entry, std::vector<Procedure>& out) {
    for (std::size_t i = 0; i < entry.macros.size(); ++i) {
        Procedure procedure = macro_overload(entry, *entry.macros[i]);
        procedure.oid =
            kFirstBuiltin + static_cast<std::int64_t>(entry.oid) * kOverloads + static_cast<std::int64_t>(i);
        procedure.language = kInternalLanguage;
        procedure.source = entry.name;  // how it is made is nobody's business
        out.push_back(std::move(procedure));
    }
}

void describe_builtin(duckdb::CatalogEntry& entry, std::vector<Procedure>& out) {
    if (entry.type == CatalogType::SCALAR_FUNCTION_ENTRY) {
        add_overloads(entry.Cast<duckdb::ScalarFunctionCatalogEntry>(), 'f', out);
    } else if (entry.type == CatalogType::AGGREGATE_FUNCTION_ENTRY) {
        add_overloads(entry.Cast<duckdb::AggregateFunctionCatalogEntry>(), 'a', out);
    } else if (entry.type == CatalogType::MACRO_ENTRY) {
        add_builtin_macro(entry.Cast<duckdb::MacroCatalogEntry>(), out);
    }
}

// An internal exception of DuckDB's that got out would end the instance: what it cannot describe is left out.
void add_builtin(duckdb::CatalogEntry& entry, std::vector<Procedure>& out) {
    if (!is_listed(entry.name)) return;
    try {
        describe_builtin(entry, out);
    } catch (const std::exception&) {
    }
}

void add_builtins(duckdb::ClientContext& context, std::vector<Procedure>& out) {
    for (const char* schema : {"main", "pg_catalog"}) {
        std::vector<duckdb::reference<duckdb::CatalogEntry>> entries;
        duckdb::Catalog::GetSystemCatalog(context)
            .GetSchema(context, schema)
            .Scan(context, CatalogType::SCALAR_FUNCTION_ENTRY,
                  [&](duckdb::CatalogEntry& entry) { entries.emplace_back(entry); });
        for (duckdb::CatalogEntry& entry : entries) add_builtin(entry, out);
    }
}

void add_own(duckdb::ClientContext& context, std::vector<Procedure>& out) {
    for (const OwnSchema& schema : own_schemas(context)) {
        for (const auto type : {CatalogType::MACRO_ENTRY, CatalogType::TABLE_MACRO_ENTRY}) {
            for (auto& entry : entries_of(context, schema, type)) {
                const auto& macro = entry.get().Cast<duckdb::MacroCatalogEntry>();
                for (std::size_t i = 0; i < macro.macros.size(); ++i) {
                    Procedure procedure = macro_overload(macro, *macro.macros[i]);
                    procedure.oid = i == 0 ? oid_of(macro) : oid_of_constraint(macro, i);
                    procedure.schema_oid = schema.oid;
                    procedure.owner = kUserRole;
                    out.push_back(std::move(procedure));
                }
            }
        }
    }
}

std::vector<std::int64_t> numbers(std::string_view text) {
    std::vector<std::int64_t> numbers;
    const char* at = text.data();
    const char* const end = at + text.size();
    while (at < end) {
        at = std::from_chars(at, end, numbers.emplace_back()).ptr;
        if (at < end) ++at;  // the blank
    }
    return numbers;
}

void add_support(std::vector<Procedure>& out) {
    for (const pgcatalog::SupportFunction& from : pgcatalog::support_functions()) {
        Procedure procedure;
        procedure.oid = from.oid;
        procedure.name = procedure.source = from.name;
        procedure.strict = true;
        procedure.result = from.result;
        procedure.arguments = numbers(from.arguments);
        out.push_back(std::move(procedure));
    }
}

}  // namespace

std::vector<Procedure> procedures_of(duckdb::ClientContext& context) {
    std::vector<Procedure> procedures;
    add_support(procedures);
    add_builtins(context, procedures);
    add_own(context, procedures);
    return procedures;
}

duckdb::TableFunction catalog_procedures() {
    return table_function<Procedure>(
        {"smew_procedures",
         {column("oid", "oid", &Procedure::oid), column("name", "name", &Procedure::name),
          column("schema_oid", "oid", &Procedure::schema_oid), column("owner", "oid", &Procedure::owner),
          column("language", "oid", &Procedure::language), column("kind", "char", &Procedure::kind),
          column("volatility", "char", &Procedure::volatility), column("variadic_type", "oid", &Procedure::variadic),
          column("is_strict", "bool", &Procedure::strict), column("returns_set", "bool", &Procedure::returns_set),
          column("result", "oid", &Procedure::result), column("arguments", "oidvector", &Procedure::arguments),
          column("argument_names", "text[]", &Procedure::argument_names), column("source", "text", &Procedure::source),
          column("comment", "text", &Procedure::comment)},
         procedures_of});
}

}  // namespace smew::engine
