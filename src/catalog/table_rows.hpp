#pragma once
// Tables with their current version, as rows of the metadata database. Inside catalog/ only.

#include "catalog/columns_json.hpp"
#include "catalog/sqlite.hpp"
#include "catalog/store.hpp"

namespace smew::catalog {

// SELECT … FROM projects p, buckets b, tables t, versions v: continue it with WHERE or AND. The order of the joins is
// fixed, so that listings come out of the indexes in order.
extern const std::string kSelectTables;
Table read_table(const Statement& row);

Result<Table> find_table(Connection& db, const TableId& id);

struct VersionOwner {
    std::int64_t project = 0, bucket = 0, table = 0;  // numbers
};
// Adds a version that is current from now on: the table has no other such version.
void insert_version(Connection& db, const VersionOwner& owner, const NewVersion& version, WallTime now);

// What must hold of any version: at least one column, valid and distinct names, a primary key among them. On success
// the primary key spelled as the columns are.
Result<NewVersion> checked_version(const NewVersion& version);

// The descriptions in `known` of columns that `columns` still has, under their present spelling.
Descriptions descriptions_for(const std::vector<link::ColumnSpec>& columns, const Descriptions& known);

}  // namespace smew::catalog
