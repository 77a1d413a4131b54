#include "engine/gate.hpp"

#include "engine/catalog_function.hpp"
#include "engine/errors.hpp"
#include "engine/function_policy.hpp"
#include "engine/names.hpp"
#include "engine/version_files.hpp"

#include <duckdb/common/string_util.hpp>
#include <duckdb/parser/expression/list.hpp>
#include <duckdb/parser/parser.hpp>
#include <duckdb/parser/tableref/basetableref.hpp>
#include <duckdb/parser/tableref/showref.hpp>

#include <algorithm>

namespace smew::engine {
namespace {

using duckdb::StringUtil;

bool is_project_schema(const GateContext& context, const std::string& schema) {
    return is_reserved_schema(schema) || context.resolver.is_project_schema(schema);
}

// Names of attached versions are nobody's to write; as they are hidden, they do not exist.
Result<void> check_alias(const std::string& name) {
    if (!VersionFiles::is_alias(name)) return {};
    return Error{sqlstate::kInvalidCatalogName, "database \"" + name + "\" does not exist"};
}

Result<void> check_catalog(const std::string& catalog, const std::string& rest, const GateContext& context) {
    if (auto alias = check_alias(catalog); !alias) return alias;
    if (catalog.empty() || StringUtil::CIEquals(catalog, context.own_catalog) ||
        StringUtil::CIEquals(catalog, "system") || StringUtil::CIEquals(catalog, "temp")) {
        return {};
    }
    return Error{sqlstate::kFeatureNotSupported,
                 "cross-database references are not implemented: \"" + catalog + "." + rest + "\"", "",
                 "A workspace reads its own schemas and the project's buckets, as in_c_sales.orders."};
}

// Whether the name is one of the project's tables, or lies where only the project has tables.
Result<bool> is_project_table(const std::string& schema, const std::string& name, const GateContext& context) {
    if (schema.empty()) return false;
    if (is_project_schema(context, schema)) return true;
    if (!StringUtil::CIEquals(name, "data")) return false;
    const auto resolved = context.resolver.resolve(schema, name);
    if (!resolved) return resolved.error();
    return resolved->has_value();
}

Error read_only(const Target& target) {
    const std::string name = target.name == nullptr ? *target.schema : *target.schema + "." + *target.name;
    const std::string verb = target.verb;
    const char* hint =
        "Make a copy in the workspace: CREATE TABLE my_table AS SELECT * FROM …, or load the table through the REST "
        "API.";
    if (target.name == nullptr || target.creates) {
        return {sqlstate::kReadOnlyTransaction,
                "cannot execute " + verb + " in the project's schema \"" + *target.schema + "\"",
                "Names that begin with in_c_ or out_c_ belong to the project.", "Use another schema of the workspace."};
    }
    return {sqlstate::kReadOnlyTransaction,
            "cannot execute " + verb + " on project table \"" + name + "\": project tables are read-only", "", hint};
}

// DML on a bucket's table that does not exist is an unknown relation, as a SELECT of it would be.
Result<void> check_project_target(const Target& target, const GateContext& context) {
    const auto project = is_project_table(*target.schema, target.name == nullptr ? "" : *target.name, context);
    if (!project) return project.error();
    if (!*project) return {};
    if (target.name == nullptr || target.creates) return read_only(target);
    const auto resolved = context.resolver.resolve(*target.schema, *target.name);
    if (!resolved) return resolved.error();
    if (resolved->has_value()) return read_only(target);
    return Error{sqlstate::kUndefinedTable, "relation \"" + *target.schema + "." + *target.name + "\" does not exist"};
}

Result<void> check_system_schema(const Target& target) {
    const bool creates_schema = target.name == nullptr && target.verb == std::string_view("CREATE SCHEMA");
    const std::string schema = StringUtil::Lower(*target.schema);
    const bool reserved = StringUtil::StartsWith(schema, "pg_") || schema == "information_schema" || schema == "public";
    if (creates_schema && schema == "public")
        return Error{sqlstate::kDuplicateSchema, "schema \"public\" already exists"};
    if (!reserved && !StringUtil::CIEquals(*target.catalog, "system") && schema != "system") return {};
    if (creates_schema) {
        return Error{Sqlstate("42939"), "unacceptable schema name \"" + *target.schema + "\"",
                     "The prefix \"pg_\" is reserved for system schemas."};
    }
    return Error{sqlstate::kInsufficientPrivilege, "permission denied: \"" + *target.schema + "\" is a system catalog"};
}

Result<void> check_target(const Target& target, const GateContext& context) {
    const std::string rest = *target.schema + (target.name == nullptr ? "" : "." + *target.name);
    if (auto catalog = check_catalog(*target.catalog, rest, context); !catalog) return catalog;
    if (auto alias = check_alias(*target.schema); !alias) return alias;
    if (auto system = check_system_schema(target); !system) return system;
    if (auto project = check_project_target(target, context); !project) return project;
    // A macro named like a built-in would stand before it in every later statement and view.
    const std::string name = target.name == nullptr ? std::string() : StringUtil::Lower(*target.name);
    if (target.is_macro && target.creates && (is_internal_function(name) || context.is_builtin_function(name))) {
        return Error{sqlstate::kDuplicateObject, "function \"" + *target.name + "\" is built in and cannot be replaced",
                     "", "Choose another name for the macro."};
    }
    return {};
}

Result<void> check_table(const std::string& catalog, const std::string& schema, const std::string& name,
                         const GateContext& context) {
    if (auto alias = check_alias(schema); !alias) return alias;
    return check_catalog(catalog, schema + "." + name, context);
}

}  // namespace

Result<void> check_names(const TreeParts& parts, const GateContext& context) {
    for (const duckdb::BaseTableRef* table : parts.tables) {
        auto checked = check_table(table->catalog_name, table->schema_name, table->table_name, context);
        if (!checked) return checked;
    }
    for (const duckdb::ShowRef* show : parts.shows) {
        auto checked = check_table(show->catalog_name, show->schema_name, show->table_name, context);
        if (!checked) return checked;
    }
    for (const CalledFunction& function : parts.functions) {
        auto checked = check_table(*function.catalog, *function.schema, *function.name, context);
        if (!checked) return checked;
        if (!is_internal_function(StringUtil::Lower(*function.name))) continue;
        return Error{sqlstate::kUndefinedFunction, "function " + *function.name + " does not exist"};
    }
    for (const Target& target : parts.targets) {
        if (auto checked = check_target(target, context); !checked) return checked;
    }
    return {};
}

Result<void> check_expression(const std::string& sql) {
    try {
        auto expressions = duckdb::Parser::ParseExpressionList(sql);
        if (expressions.size() != 1) return Error{sqlstate::kSyntaxError, "exactly one expression is expected: " + sql};
        TreeParts parts = survey(expressions[0]);
        if (!parts.tables.empty() || !parts.table_functions.empty() || !parts.shows.empty() || parts.has_subquery) {
            return Error{sqlstate::kFeatureNotSupported, "a subquery is not allowed in this expression"};
        }
        if (!parts.parameters.empty())
            return Error{sqlstate::kUndefinedParameter, "a parameter is not allowed in this expression"};
        for (const CalledFunction& function : parts.functions) {
            const auto refused = refused_scalar_functions();
            if (std::find(refused.begin(), refused.end(), StringUtil::Lower(*function.name)) == refused.end()) continue;
            return Error{sqlstate::kInsufficientPrivilege, "function " + *function.name + " is not available"};
        }
        return {};
    } catch (const std::exception& exception) {
        return to_error(exception, sql);
    }
}

}  // namespace smew::engine
