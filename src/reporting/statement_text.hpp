#pragma once
// What reports may tell of a statement: never its literals, and no more than query_audit_mode keeps.

#include "link/query_record.hpp"

#include <string>

namespace smew::reporting {

// "SELECT a FROM t WHERE b = ?". Of a text that could not be parsed its first word; with hash_only the hash.
std::string told_text(const link::QueryRecord& record);
// "SELECT", or "OTHER": of low cardinality.
std::string operation_of(const link::QueryRecord& record);
// "pgwire SELECT"
std::string transaction_name(const link::QueryRecord& record);

}  // namespace smew::reporting
