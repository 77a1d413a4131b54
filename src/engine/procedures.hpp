#pragma once
// The functions a session can see: those built in, PostgreSQL's support functions that only the catalogs name, and
// macros of the user's. Internal to engine/.

#include "engine/workspace_objects.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace smew::engine {

inline constexpr std::int64_t kInternalLanguage = 12, kSqlLanguage = 14;
inline constexpr std::int64_t kAnyType = 2276;

// One overload, as pg_proc lists it.
struct Procedure {
    std::int64_t oid = 0;
    std::string name;
    std::int64_t schema_oid = kPgCatalogOid, owner = kSystemRole, language = kInternalLanguage;
    char kind = 'f', volatility = 'i';  // kind: f function, a aggregate
    std::int64_t variadic = 0;
    bool strict = false, returns_set = false;
    std::int64_t result = kAnyType;
    std::vector<std::int64_t> arguments;
    std::optional<std::vector<std::string>> argument_names;
    std::string source;
    std::optional<std::string> comment;
};

// Some thousands, made anew at each call.
std::vector<Procedure> procedures_of(duckdb::ClientContext& context);

}  // namespace smew::engine
