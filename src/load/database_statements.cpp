#include "load/database_statements.hpp"

namespace smew::load {
namespace {

// Who asks. PostgreSQL evaluates it once a row unless it stands in a subquery of its own, which its guides advise; smew
// evaluates it once for a block of rows, and would make a join of the subquery.
constexpr const char* kOwner = "nullif(current_setting('app.user_id', true), '')::bigint";

std::string owner_of(Isolation isolation) {
    return isolation == Isolation::kPolicies ? std::string("(SELECT ") + kOwner + ")" : kOwner;
}

struct Table {
    std::string name, columns;
    std::string owner = "user_id";  // the column that says whose a row is
};

std::vector<Table> tables() {
    return {
        {"users", "id bigint PRIMARY KEY, email text NOT NULL, name text NOT NULL, created_at timestamp", "id"},
        {"expenses",
         "id bigint PRIMARY KEY DEFAULT nextval('smew_load.expense_ids'), user_id bigint NOT NULL, category text NOT "
         "NULL, "
         "amount numeric(12,2) NOT NULL, spent_at timestamp, note text"},
        {"budgets",
         "id bigint PRIMARY KEY, user_id bigint NOT NULL, category text NOT NULL, amount numeric(12,2) NOT NULL"},
        {"conversations", "id bigint PRIMARY KEY, user_id bigint NOT NULL, title text NOT NULL, started_at timestamp"},
        {"messages",
         "id bigint PRIMARY KEY, user_id bigint NOT NULL, conversation_id bigint NOT NULL, role text NOT NULL, content "
         "text, "
         "sent_at timestamp"}};
}

// The name of the table itself, where a view has the other.
std::string stored(Isolation isolation, const std::string& table) {
    return "smew_load." + table + (isolation == Isolation::kViews ? "_rows" : "");
}

std::string series(std::uint64_t count) {
    return " FROM generate_series(1, " + std::to_string(count) + ") AS s(i)";
}

std::vector<std::string> fill_statements(Isolation isolation, const DatabaseSize& size) {
    const auto into = [&](const char* table) { return "INSERT INTO " + stored(isolation, table); };
    const std::string users = std::to_string(size.users), each = " % " + users + " + 1";
    const std::string conversations = std::to_string(size.users * size.conversations_each);
    const std::string when = "timestamp '2025-01-01 00:00:00' + i * interval '1 second'";
    return {into("users") + " (id, email, name, created_at) SELECT i, 'user' || i || '@example.com', 'User ' || i, " +
                when + series(size.users),
            into("expenses") + " (id, user_id, category, amount, spent_at, note) SELECT i, i" + each +
                ", 'category ' || (i / " + users + " % 5), (i * 37 % 20000) / 100.0, " + when + ", 'note ' || i" +
                series(size.users * size.expenses_each),
            into("budgets") + " (id, user_id, category, amount) SELECT i, i" + each + ", 'category ' || (i / " + users +
                " % 5), 500" + series(size.users * size.budgets_each),
            into("conversations") + " (id, user_id, title, started_at) SELECT i, i" + each +
                ", 'Conversation ' || i, " + when + series(size.users * size.conversations_each),
            into("messages") + " (id, user_id, conversation_id, role, content, sent_at) SELECT i, (i % " +
                conversations + " + 1)" + each + ", i % " + conversations +
                " + 1, CASE i % 2 WHEN 0 THEN 'user' ELSE 'assistant' END, 'Message ' || i, " + when +
                series(size.users * size.conversations_each * size.messages_each)};
}

// Both kinds of isolation compare a table's owner for every statement.
std::vector<std::string> index_statements(Isolation isolation) {
    std::vector<std::string> statements;
    for (const Table& table : tables()) {
        if (table.owner == "user_id")
            statements.push_back("CREATE INDEX ON " + stored(isolation, table.name) + " (user_id)");
    }
    statements.push_back("CREATE INDEX ON " + stored(isolation, "messages") + " (conversation_id)");
    return statements;
}

// PostgreSQL: policies, and a role that they bind. The owner of tables goes round them.
std::vector<std::string> policy_statements() {
    std::vector<std::string> statements{
        "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'smew_load_app') THEN "
        "CREATE ROLE smew_load_app NOLOGIN NOSUPERUSER NOBYPASSRLS; END IF; END $$",
        "GRANT smew_load_app TO CURRENT_USER", "GRANT USAGE ON SCHEMA smew_load TO smew_load_app",
        "GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA smew_load TO smew_load_app",
        "GRANT USAGE ON SEQUENCE smew_load.expense_ids TO smew_load_app"};
    for (const Table& table : tables()) {
        const std::string name = "smew_load." + table.name, own = table.owner + " = " + owner_of(Isolation::kPolicies);
        statements.push_back("ALTER TABLE " + name + " ENABLE ROW LEVEL SECURITY");
        statements.push_back("CREATE POLICY own_rows ON " + name + " USING (" + own + ") WITH CHECK (" + own + ")");
    }
    return statements;
}

std::vector<std::string> view_statements() {
    std::vector<std::string> statements;
    for (const Table& table : tables()) {
        statements.push_back("CREATE VIEW smew_load." + table.name + " AS SELECT * FROM smew_load." + table.name +
                             "_rows WHERE " + table.owner + " = " + owner_of(Isolation::kViews));
    }
    return statements;
}

void append(std::vector<std::string>& to, std::vector<std::string> more) {
    to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

std::vector<std::string> database_prepare_statements(Isolation isolation, const DatabaseSize& size) {
    const bool policies = isolation == Isolation::kPolicies;
    std::vector<std::string> statements{
        kDatabaseCleanup, "CREATE SCHEMA smew_load",
        "CREATE SEQUENCE smew_load.expense_ids START " + std::to_string(size.users * size.expenses_each + 1)};
    for (const Table& table : tables())
        statements.push_back("CREATE TABLE " + stored(isolation, table.name) + " (" + table.columns + ")");
    append(statements, fill_statements(isolation, size));
    append(statements, index_statements(isolation));
    if (!policies) append(statements, view_statements());
    // As who asks, not as who made it: else the view would see all users' rows (PostgreSQL 15).
    statements.push_back(
        std::string("CREATE VIEW smew_load.budget_utilisation ") + (policies ? "WITH (security_invoker = true) " : "") +
        "AS SELECT b.user_id, b.category, b.amount, coalesce(sum(e.amount), 0) AS spent, "
        "round(100 * coalesce(sum(e.amount), 0) / b.amount, 1) AS percent_used FROM smew_load.budgets b "
        "LEFT JOIN smew_load.expenses e ON e.user_id = b.user_id AND e.category = b.category "
        "GROUP BY b.user_id, b.category, b.amount");
    if (policies) append(statements, policy_statements());
    if (policies) statements.emplace_back("ANALYZE");
    return statements;
}

std::string database_session_statement(Isolation isolation) {
    return isolation == Isolation::kPolicies ? "SET ROLE smew_load_app" : "";
}

std::vector<DatabaseStatement> database_statements(Isolation isolation) {
    // Views take no writes: there the statement names the table, and whose row it may touch.
    const std::string own = isolation == Isolation::kViews ? " AND user_id = " + owner_of(isolation) : "";
    const std::string expenses = stored(isolation, "expenses");
    return {
        {"profile", "SELECT id, email, name, created_at FROM smew_load.users", 25, false, 1},
        {"expenses",
         "SELECT user_id, id, category, amount, spent_at, note FROM smew_load.expenses ORDER BY spent_at DESC LIMIT 20",
         25, false, 1},
        {"budgets",
         "SELECT user_id, category, amount, spent, percent_used FROM smew_load.budget_utilisation ORDER BY category",
         15, false, 1},
        {"history",
         "SELECT m.user_id, c.title, m.role, m.content, m.sent_at FROM smew_load.messages m "
         "JOIN smew_load.conversations c ON c.id = m.conversation_id ORDER BY m.sent_at DESC LIMIT 50",
         15, false, 1},
        {"add expense",
         "INSERT INTO " + expenses +
             " (user_id, category, amount, spent_at, note) VALUES ($1::bigint, 'category 1', "
             "$2::bigint / 100.0, timestamp '2025-06-01 00:00:00', 'added by a load test')",
         10, true, 0},
        {"change expense", "UPDATE " + expenses + " SET amount = $2::bigint / 100.0 WHERE id = $1::bigint" + own, 10,
         true, 0}};
}

}  // namespace smew::load
