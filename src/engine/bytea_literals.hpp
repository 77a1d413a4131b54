#pragma once
// '\x00ff'::bytea as PostgreSQL reads it. DuckDB takes '\x' for one byte only, '\x00' and then the letters f, f;
// clients write whole values so (psycopg2 does), and would store other bytes than they meant. Internal to engine/.

#include "engine/parse_tree.hpp"

namespace duckdb {
class ClientContext;
}

namespace smew::engine {

// Replaces text constants right below a cast to BLOB that begin with \x and have no other backslash. A text of DuckDB's
// own form, as '\x00\xFF', stays; so does one that is no value of bytea, for DuckDB to judge.
void read_bytea_literals(duckdb::ClientContext& context, TreeParts& parts);

}  // namespace smew::engine
