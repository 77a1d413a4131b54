#pragma once
// A workspace table's constraints as PostgreSQL lists them: named as PostgreSQL would name them, since DuckDB keeps no
// names. NOT NULL is a column's, as it is in PostgreSQL 15. Internal to engine/.

#include "engine/project_catalog.hpp"

#include <duckdb/catalog/catalog_entry/table_catalog_entry.hpp>
#include <duckdb/main/client_context.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace smew::engine {

struct TableConstraint {
    std::size_t place = 0;  // among the table's constraints
    char kind = 'c';        // contype: p, u, c, f
    std::string name;
    std::vector<std::int16_t> columns;  // numbers from 1
    std::string expression;             // c
    std::int64_t referenced_table = 0;  // f
    std::vector<std::int16_t> referenced_columns;
    std::string definition;  // as pg_get_constraintdef() tells it

    bool has_index() const { return kind == 'p' || kind == 'u'; }
};

std::vector<TableConstraint> constraints_of(duckdb::ClientContext& context, duckdb::TableCatalogEntry& table);

// The columns of a project table's primary key, numbered from 1.
std::vector<std::int16_t> key_numbers(const ProjectTable& table);

// "PRIMARY KEY (id, \"Name\")"
std::string key_definition(char kind, const std::vector<std::string>& columns);

}  // namespace smew::engine
