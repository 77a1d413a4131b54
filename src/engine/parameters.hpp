#pragma once
// Values of parameters as DuckDB's, of exactly the type the plan expects: a value of another type makes DuckDB plan
// again (113 µs instead of 19). Internal to engine/.

#include "core/error.hpp"
#include "engine/engine.hpp"

#include <duckdb/common/types/value.hpp>

namespace duckdb {
class ClientContext;
}

namespace smew::engine {

// `type` may be UNKNOWN: the value keeps its own type, text is VARCHAR.
Result<duckdb::Value> to_value(duckdb::ClientContext& context, const ParameterValue& value,
                               const duckdb::LogicalType& type);

// PostgreSQL's text form of a value: 't', '\x1f', '{1,NULL,"a b"}', 'infinity', '44-03-15 BC'.
Result<duckdb::Value> from_text(duckdb::ClientContext& context, std::string_view text, const duckdb::LogicalType& type);

}  // namespace smew::engine
