#pragma once
// The options of GENERATED … AS IDENTITY (…). Internal to engine/.

#include <duckdb/parser/parsed_data/create_sequence_info.hpp>

#include <string>

namespace smew::engine {

// START WITH 5 INCREMENT BY 2 MINVALUE 1 NO MAXVALUE CYCLE CACHE 1. Throws 42601 through DuckDB for others.
void read_sequence_options(const std::string& options, duckdb::CreateSequenceInfo& sequence);

}  // namespace smew::engine
