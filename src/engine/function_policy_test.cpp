#include "engine/function_policy.hpp"

#include "engine/engine_test_support.hpp"

#include <duckdb.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>

namespace smew::engine::test {
namespace {

std::set<std::string> reviewed() {
    std::ifstream file(SMEW_SOURCE_DIR "/src/engine/testdata/reviewed_functions.txt");
    std::set<std::string> names;
    for (std::string line; std::getline(file, line);) {
        if (!line.empty() && line[0] != '#') names.insert(line);
    }
    return names;
}

// "scalar upper", "table range" …, of an instance as DuckDB opens it.
std::set<std::string> present() {
    duckdb::DuckDB database(nullptr);
    duckdb::Connection connection(database);
    auto result = connection.Query(
        "SELECT DISTINCT function_type || ' ' || function_name FROM duckdb_functions() "
        "WHERE database_name = 'system' AND function_name NOT LIKE 'icu_collate_%'");
    std::set<std::string> names;
    for (duckdb::idx_t row = 0; row < result->RowCount(); ++row) names.insert(result->GetValue(0, row).ToString());
    return names;
}

// An update of DuckDB that brings a new function fails here: read what it does, refuse it in function_policy.cpp if it
// reads files, settings, logs or runs SQL, and add it to the list.
TEST(FunctionPolicy, EveryFunctionOfThisVersionWasReviewed) {
    const std::set<std::string> known = reviewed();
    ASSERT_GT(known.size(), 500U);
    for (const std::string& name : present()) EXPECT_TRUE(known.count(name) != 0) << "not reviewed: " << name;
}

TEST(FunctionPolicy, ListsAreSorted) {
    const auto tables = workspace_table_functions();
    EXPECT_TRUE(std::is_sorted(tables.begin(), tables.end()));
    const auto scalars = refused_scalar_functions();
    EXPECT_TRUE(std::is_sorted(scalars.begin(), scalars.end()));
    EXPECT_TRUE(is_workspace_table_function("range"));
    EXPECT_FALSE(is_workspace_table_function("read_csv"));
}

TEST(FunctionPolicy, EveryOtherTableFunctionIsRefused) {
    Workspace workspace;
    duckdb::DuckDB plain(nullptr);
    duckdb::Connection connection(plain);
    auto result = connection.Query(
        "SELECT DISTINCT function_name, len(parameter_types) FROM duckdb_functions() "
        "WHERE function_type = 'table' AND database_name = 'system'");
    for (duckdb::idx_t row = 0; row < result->RowCount(); ++row) {
        const std::string name = result->GetValue(0, row).ToString();
        if (is_workspace_table_function(name)) continue;
        std::string arguments;
        for (std::int64_t i = 0; i < result->GetValue(1, row).GetValue<std::int64_t>(); ++i)
            arguments += i == 0 ? "NULL" : ", NULL";
        const std::string sql = "SELECT * FROM " + name + "(" + arguments + ")";
        const auto rows = run(workspace.connection(), sql);
        ASSERT_FALSE(rows) << sql;
        EXPECT_EQ(rows.error().code.error_class(), "42") << sql << ": " << rows.error().message;
    }
    EXPECT_FALSE(workspace.instance().broken());
}

TEST(FunctionPolicy, WhatIsAllowedWorks) {
    Workspace workspace;
    Connection& db = workspace.connection();
    run(db, "CREATE TABLE t AS SELECT 1 AS id, 'x' AS name").value();
    for (const char* sql : {"FROM range(3)",
                            "FROM generate_series(1, 3)",
                            "SELECT unnest([1, 2])",
                            "FROM unnest([1])",
                            "FROM repeat(1, 2)",
                            "FROM repeat_row(1, 2, num_rows=3)",
                            "FROM json_each('{\"a\": 1}')",
                            "FROM json_tree('[1]')",
                            "FROM duckdb_tables()",
                            "FROM duckdb_columns()",
                            "FROM duckdb_views()",
                            "FROM duckdb_schemas()",
                            "FROM duckdb_types()",
                            "FROM duckdb_functions()",
                            "FROM duckdb_constraints()",
                            "FROM duckdb_indexes()",
                            "FROM duckdb_sequences()",
                            "FROM duckdb_keywords()",
                            "FROM pg_timezone_names()",
                            "FROM information_schema.tables",
                            "FROM information_schema.columns",
                            "FROM information_schema.schemata",
                            "FROM information_schema.key_column_usage",
                            "FROM pg_catalog.pg_class",
                            "FROM pg_catalog.pg_attribute",
                            "FROM pg_catalog.pg_namespace",
                            "FROM pg_catalog.pg_type",
                            "FROM pg_catalog.pg_proc",
                            "FROM pg_catalog.pg_constraint",
                            "FROM pg_catalog.pg_database",
                            "DESCRIBE t",
                            "SUMMARIZE t",
                            "SHOW TABLES",
                            "SHOW ALL TABLES",
                            "SELECT current_setting('TimeZone')",
                            "SELECT pg_sleep(0)",
                            "SELECT version()"}) {
        const auto rows = run(db, sql);
        EXPECT_TRUE(rows) << sql << ": " << (rows ? "" : rows.error().message);
    }
}

}  // namespace
}  // namespace smew::engine::test
