#pragma once
// main.data of a version file: its definition, what it holds, and the rules that no index enforces.
//
// A primary key is NOT NULL columns and uniqueness proved by a query when the version is made. Versions never change
// afterwards, so an index in the file would only cost space and time (157 ms for a million rows).

#include "core/error.hpp"
#include "engine/loader_database.hpp"
#include "link/messages.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace smew::engine::loader {

// Names under which files are attached, and the tables in them.
inline constexpr std::string_view kBase = "base", kOutput = "output";
inline constexpr const char* kBaseTable = R"("base".main.data)";
inline constexpr const char* kOutputTable = R"("output".main.data)";
inline constexpr const char* kStageTable = "temp.main.stage";  // rows on their way into the output

struct Table {
    std::vector<link::ColumnSpec> columns;
    std::vector<std::string> primary_key;

    std::vector<std::string> names() const;
};

// Attaches the version as kBase and reads its definition. XX001 when it holds no table.
Result<Table> attach_base(JobDatabase& database, const std::string& file);
// The definition of the table in the attached database. Without its primary key, which is known to the catalog only.
Result<Table> describe_table(JobDatabase& database, std::string_view attached);

// A definition of the caller, checked and in DuckDB's words: names, types, defaults, key. Columns of the key become NOT
// NULL and are spelled as the columns are. Errors: 42601, 42602, 42701, 42703, 42704, 42P16, 54000.
Result<Table> checked_table(JobDatabase& database, const std::vector<link::ColumnSpec>& columns,
                            const std::vector<std::string>& primary_key);
// Of a table that exists: the key's columns as the table spells them. 42701 repeated, 42703 unknown.
Result<std::vector<std::string>> checked_key(const Table& table, const std::vector<std::string>& primary_key);

// CREATE TABLE under the given name.
Result<void> create_table(JobDatabase& database, std::string_view target, const Table& table);

// 23505 with the values of one repeated key. An empty key is always fine.
Result<void> check_unique(JobDatabase& database, std::string_view relation, const std::vector<std::string>& key);
// 23505 when `added` has a key that `present` has too.
Result<void> check_disjoint(JobDatabase& database, std::string_view present, std::string_view added,
                            const std::vector<std::string>& key);
// a."id" = b."id" AND …
std::string keys_equal(std::string_view left, std::string_view right, const std::vector<std::string>& key);

Result<std::uint64_t> count_rows(JobDatabase& database, std::string_view relation);

// 23502 worded like PostgreSQL's, for DuckDB's "NOT NULL constraint failed: data.id"; other errors unchanged.
Error worded_not_null(Error error);

}  // namespace smew::engine::loader
