#pragma once
// SQLSTATEs that only the engine raises: PostgreSQL's finer codes for how a query is put and for functions' arguments.
// Source: PostgreSQL 15 documentation, appendix A, "PostgreSQL Error Codes".

#include "core/sqlstate.hpp"

namespace smew::sqlstate {
inline constexpr Sqlstate kSequenceLimitExceeded{"2200H"};
inline constexpr Sqlstate kSubstringError{"22011"};
inline constexpr Sqlstate kInvalidArgumentForNtile{"22014"};
inline constexpr Sqlstate kInvalidRegularExpression{"2201B"};
inline constexpr Sqlstate kInvalidArgumentForLogarithm{"2201E"};
inline constexpr Sqlstate kInvalidArgumentForPower{"2201F"};
inline constexpr Sqlstate kInvalidRowCountInLimit{"2201W"};
inline constexpr Sqlstate kDuplicateAlias{"42712"};
inline constexpr Sqlstate kInvalidColumnReference{"42P10"};
inline constexpr Sqlstate kWindowingError{"42P20"};
}  // namespace smew::sqlstate
