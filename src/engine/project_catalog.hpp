#pragma once
// What a workspace sees of its project: the schemas and tables that its SQL can read, as the catalogs list them.

#include <cstdint>
#include <string>
#include <vector>

namespace smew::engine {

struct ProjectColumn {
    std::string name;
    std::string type;  // DuckDB's text, as DECIMAL(12,2)
    bool nullable = true;
    std::string description;
};

struct ProjectTable {
    std::string schema;
    std::string name;
    std::int64_t table_id = 0;
    std::int64_t row_count = 0;
    std::string description;
    std::vector<ProjectColumn> columns;
    std::vector<std::string> primary_key;
};

struct ProjectSchema {
    std::string name;
    std::int64_t schema_id = 0;
    std::string description;
};

struct ProjectCatalog {
    std::vector<ProjectSchema> schemas;  // also those without tables
    std::vector<ProjectTable> tables;
};

}  // namespace smew::engine
