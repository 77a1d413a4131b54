#pragma once
// The casts of type_names.hpp's types: 'orders'::regclass, 1259::regclass::text, and between each and the number or
// text it is made of. Internal to engine/.

#include "core/error.hpp"

#include <duckdb/main/client_context.hpp>
#include <duckdb/main/database.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace smew::engine {

void install_object_casts(duckdb::DatabaseInstance& database);

// What to_regclass() and its like look for; nullopt instead of an error when there is none.
std::optional<std::int64_t> find_object(duckdb::ClientContext& context, std::string_view type, const std::string& text);
// 42P01, 42704 …
Error no_such_object(std::string_view type, std::string_view name);
std::string object_text(duckdb::ClientContext& context, std::string_view type, std::int64_t oid);

}  // namespace smew::engine
