#pragma once
// The database workload: the seed's tables, what users read and write in them, and how they are made.

#include <cstdint>
#include <string>
#include <vector>

namespace smew::load {

// Who keeps users apart. Both take the user's id from the setting app.user_id.
enum class Isolation {
    kPolicies,  // PostgreSQL: row-level security, for a role that cannot go round it
    kViews,     // smew: views that filter, over tables of other names
};

// How much there is. The numbers are those of smew_load's own rows; a run adds expenses to them.
struct DatabaseSize {
    std::uint64_t users = 1000;
    std::uint64_t expenses_each = 50, budgets_each = 5, conversations_each = 3,
                  messages_each = 10;  // the last: a conversation
};

// Makes the schema smew_load anew, with its rows.
std::vector<std::string> database_prepare_statements(Isolation isolation, const DatabaseSize& size);
// What each connection runs first.
std::string database_session_statement(Isolation isolation);
inline constexpr const char* kDatabaseCleanup = "DROP SCHEMA IF EXISTS smew_load CASCADE";

// One kind of operation. Reads name no user: what keeps them to their own rows is the server, and that is tested. The
// first column of each row is its user.
struct DatabaseStatement {
    std::string name, sql;
    unsigned weight;  // of 100: 80 for reads, 20 for writes
    bool write;
    std::uint64_t least_rows;  // fewer are wrong: the filter took too much
};
std::vector<DatabaseStatement> database_statements(Isolation isolation);

}  // namespace smew::load
