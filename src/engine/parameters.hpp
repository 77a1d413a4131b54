#pragma once
// Values of parameters as DuckDB's, of exactly the type the plan expects: a value of another type makes DuckDB plan
// again (113 µs instead of 19). Internal to engine/.

#include "core/error.hpp"
#include "engine/engine.hpp"

#include <duckdb/common/types/value.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace duckdb {
class ClientContext;
}

namespace smew::engine {

// `type` may be UNKNOWN: the value keeps its own type, text is VARCHAR.
Result<duckdb::Value> to_value(duckdb::ClientContext& context, const ParameterValue& value,
                               const duckdb::LogicalType& type);

// PostgreSQL's text form of a value: 't', '\x1f', '{1,NULL,"a b"}', 'infinity', '44-03-15 BC'.
Result<duckdb::Value> from_text(duckdb::ClientContext& context, std::string_view text, const duckdb::LogicalType& type);

// Why a text is no integer of the type: it is too large, or not a number.
Error integer_text_error(std::string_view text, const duckdb::LogicalType& type);

// The elements of an array of one dimension in its text form, nullopt for NULL; nullopt for anything else.
std::optional<std::vector<std::optional<std::string>>> array_elements(std::string_view text);

}  // namespace smew::engine
