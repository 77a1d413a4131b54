#pragma once
// Where FETCH and MOVE go in a cursor. Source: PostgreSQL 15, src/backend/tcop/pquery.c, DoPortalRunFetch.

#include <cstdint>
#include <optional>

namespace smew::pgsession {

enum class FetchTo : std::uint8_t { kForward, kBackward, kAbsolute, kRelative };

struct FetchDirection {
    FetchTo to = FetchTo::kForward;
    std::optional<std::int64_t> count = 1;  // nullopt: all
};

// Rows count from 1. A cursor stands on a row, on 0 before the first, or on the number of rows and one behind the last.
struct ScrollStep {
    std::int64_t first = 0;  // of the rows fetched
    std::int64_t rows = 0;
    bool backward = false;      // they come in the opposite order
    std::int64_t position = 0;  // behind it
};

// Up to which row the result must be known to go there; nullopt: to its end.
std::optional<std::int64_t> rows_wanted(const FetchDirection& direction, std::int64_t position);
// `known`: the number of rows there are, or at least those of rows_wanted().
ScrollStep scroll(const FetchDirection& direction, std::int64_t position, std::int64_t known);

// True when it goes forward only, so that no row must have been kept.
bool is_forward(const FetchDirection& direction, std::int64_t position);

}  // namespace smew::pgsession
