#pragma once
// The PostgreSQL type of any column, types that the workspace's users made among them: one look at the catalog for a whole
// listing. Internal to engine/.

#include "engine/postgres_types.hpp"
#include "engine/workspace_objects.hpp"

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace smew::engine {

class ColumnTypes {
public:
    struct Described {
        std::int64_t oid = 0;
        std::int32_t modifier = -1;
        std::string name;      // pg_type.typname
        std::string sql_name;  // information_schema.columns.data_type
        std::string schema = "pg_catalog";
        std::int16_t length = -1;
        bool by_value = false;
        char alignment = 'i', storage = 'x';
        std::int64_t collation = 0;
    };

    explicit ColumnTypes(duckdb::ClientContext& context);

    const Described& describe(const duckdb::LogicalType& type);
    // `text`: a type as the project's metadata has it, "DECIMAL(12,2)".
    const Described& describe(const std::string& text);
    // By pg_type.typname; of the catalogs' own columns.
    const Described& describe_catalog_type(std::string_view typname);

private:
    struct Enum {
        std::int64_t oid;
        std::string name, schema;
        duckdb::LogicalType type;
    };

    Described find(const duckdb::LogicalType& type) const;
    const Enum* find_enum(const duckdb::LogicalType& type) const;
    static Described describe_enum(const Enum& type, bool array);

    duckdb::ClientContext& context_;
    std::vector<Enum> enums_;
    std::unordered_map<std::string, Described> known_;          // by DuckDB's text
    std::unordered_map<std::string, Described> catalog_types_;  // by typname
};

}  // namespace smew::engine
