#pragma once
// What a text is, as far as its words tell: SQL or not, reading or writing. No engine here: the worker decides what
// runs.

#include <string_view>

namespace smew::http::websocket {

// True when it starts with a word that only statements start with, or with one that sentences start with too and goes
// on like a statement: "show me the orders" and "with friends like these" are none.
bool looks_like_sql(std::string_view text);

// True for exactly one statement that starts like a query and holds no word of one that changes something. May be
// wrong about odd queries (a column named "update"), never about what is not one: for asking, not for guarding.
bool only_reads(std::string_view sql);

}  // namespace smew::http::websocket
