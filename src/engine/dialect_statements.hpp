#pragma once
// The token step for statements that DuckDB's grammar lacks as a whole. Internal to engine/.

#include "engine/dialect_token_list.hpp"

namespace smew::engine {

Result<void> rewrite_statement(TokenList& list);

}  // namespace smew::engine
