#pragma once
// The views of pg_catalog and information_schema. Internal to engine/.

#include <duckdb/catalog/default/default_generator.hpp>

namespace smew::engine {

// Makes each of the schema's relations when it is first named: its declared columns with their declared types, of what
// pgcatalog/ fills it with, or empty. DuckDB's own views of that schema are none of them.
duckdb::unique_ptr<duckdb::DefaultGenerator> relation_generator(duckdb::Catalog& catalog,
                                                                duckdb::SchemaCatalogEntry& schema);

}  // namespace smew::engine
