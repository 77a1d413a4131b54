#include "load/scenario.hpp"

#include "measure/target.hpp"
#include "measure/text.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <optional>

namespace smew::load {
namespace {

constexpr std::array<std::string_view, 8> kAll{"select-1", "lookup",    "select-1k", "select-100k",
                                               "join",     "aggregate", "mixed",     "storm"};

constexpr const char* kLookup =
    "SELECT id, customer_id, amount, status FROM smew_load_orders WHERE id = {int:1:100000}";
constexpr const char* kThousand = "SELECT * FROM smew_load_orders LIMIT 1000";
constexpr const char* kJoin =
    "SELECT o.*, c.name FROM smew_load_orders o JOIN smew_load_customers c ON o.customer_id = c.id LIMIT 1000";
constexpr const char* kAggregate =
    "SELECT status, count(*), sum(amount), avg(amount) FROM smew_load_orders GROUP BY status ORDER BY status";
constexpr const char* kInsert = "INSERT INTO smew_load_events (order_id, note) VALUES ({int:1:100000}, '{text:24}')";
constexpr const char* kUpdate = "UPDATE smew_load_orders SET amount = amount + 1 WHERE id = {int:1:100000}";

ScenarioStatement one(std::string name, std::string_view sql, unsigned weight = 1) {
    return {std::move(name), TextTemplate(sql), weight};
}

Scenario scenario(std::string name, std::vector<ScenarioStatement> statements, bool needs_tables = true) {
    Scenario made;
    made.name = std::move(name);
    made.statements = std::move(statements);
    made.needs_tables = needs_tables;
    return made;
}

Scenario storm(std::string name, bool refusals) {
    Scenario made = scenario(std::move(name), {}, false);
    made.statements.push_back({"connect, SELECT 1, close", TextTemplate("SELECT 1"), 1, StatementKind::kConnection});
    made.expects_refusals = refusals;
    return made;
}

// A statement of this length in seconds.
Scenario long_running(const std::string& name, double seconds) {
    return scenario(name, {one("long", "SELECT pg_sleep(" + measure::number_text(seconds, 3) + ")")}, false);
}

std::optional<Scenario> built_in(const std::string& name) {
    if (name == "select-1") return scenario(name, {one("select-1", "SELECT 1")}, false);
    if (name == "lookup") return scenario(name, {one("lookup", kLookup)});
    if (name == "select-1k") return scenario(name, {one("select-1k", kThousand)});
    if (name == "select-100k")
        return scenario(name, {one("select-100k", "SELECT * FROM smew_load_orders LIMIT 100000")});
    if (name == "join") return scenario(name, {one("join", kJoin)});
    if (name == "aggregate") return scenario(name, {one("aggregate", kAggregate)});
    if (name == "mixed") {
        return scenario(name, {one("read-lookup", kLookup, 4), one("read-1k", kThousand, 1),
                               one("write-insert", kInsert, 3), one("write-update", kUpdate, 2)});
    }
    // The weights of the seed's locustfile.
    if (name == "locust")
        return scenario(name, {one("simple_select", "SELECT 1", 10), one("medium_select", kThousand, 5),
                               one("complex_join", kJoin, 1)});
    if (name == "storm") return storm(name, false);
    if (name == "overload") {
        Scenario made = scenario(name, {one("select-1", "SELECT 1")}, false);
        made.expects_refusals = true;
        return made;
    }
    return std::nullopt;
}

Error wrong_file(const std::string& file, const std::string& why) {
    return {sqlstate::kInvalidParameterValue, "scenario file \"" + file + "\": " + why, "",
            "It holds [[statement]] tables with name, sql and weight, and perhaps targets = [\"pg.query p95<50ms\"]."};
}

Result<ScenarioStatement> statement_of(const std::string& file, const toml::node& node) {
    const toml::table* table = node.as_table();
    if (table == nullptr) return wrong_file(file, "[[statement]] is no table");
    const auto sql = (*table)["sql"].value<std::string>();
    if (!sql) return wrong_file(file, "a statement has no sql");
    const auto weight = (*table)["weight"].value_or<std::int64_t>(1);
    if (weight < 1 || weight > 1'000'000) return wrong_file(file, "a weight is not between 1 and 1,000,000");
    return one((*table)["name"].value_or<std::string>(std::string(*sql)), *sql, static_cast<unsigned>(weight));
}

Result<Scenario> scenario_of(const std::string& file) {
    try {
        const toml::table table = toml::parse_file(file);
        Scenario made;
        made.name = table["name"].value_or<std::string>(std::string(file));
        if (const toml::array* statements = table["statement"].as_array()) {
            for (const toml::node& node : *statements) {
                auto statement = statement_of(file, node);
                if (!statement) return statement.error();
                made.statements.push_back(std::move(*statement));
            }
        }
        if (const toml::array* targets = table["targets"].as_array()) {
            for (const toml::node& node : *targets) made.targets.push_back(node.value_or<std::string>(""));
        }
        made.needs_tables = table["prepared_tables"].value_or(false);
        if (made.statements.empty()) return wrong_file(file, "it has no [[statement]]");
        return made;
    } catch (const toml::parse_error& error) {
        return wrong_file(file, std::string(error.description()));
    }
}

Error unknown(const std::string& name) {
    std::string known;
    for (const std::string_view one : kAll) known += std::string(one) + ", ";
    return {sqlstate::kInvalidParameterValue, "--scenario \"" + name + "\" is not known", "",
            "It is one of " + known + "locust, overload, long:60s, all, or the path of a .toml file."};
}

}  // namespace

Result<std::vector<Scenario>> scenarios_named(const std::string& name) {
    std::vector<Scenario> made;
    if (name == "all") {
        for (const std::string_view each : kAll) made.push_back(*built_in(std::string(each)));
        return made;
    }
    if (auto known = built_in(name)) {
        made.push_back(std::move(*known));
        return made;
    }
    if (name.starts_with("long")) {
        const auto seconds =
            name == "long" ? Result<double>(60) : measure::parse_seconds(std::string_view(name).substr(5));
        if (!seconds) return seconds.error();
        made.push_back(long_running(name, *seconds));
        return made;
    }
    if (!name.ends_with(".toml")) return unknown(name);
    auto own = scenario_of(name);
    if (!own) return own.error();
    made.push_back(std::move(*own));
    return made;
}

const std::vector<std::string>& prepare_statements() {
    static const std::vector<std::string> statements{
        "DROP TABLE IF EXISTS smew_load_events",
        "DROP TABLE IF EXISTS smew_load_orders",
        "DROP TABLE IF EXISTS smew_load_customers",
        "CREATE TABLE smew_load_customers (id bigint PRIMARY KEY, name text, country text)",
        "INSERT INTO smew_load_customers SELECT i, 'Customer ' || i, 'C' || (i % 40) FROM generate_series(1, 1000) AS "
        "s(i)",
        "CREATE TABLE smew_load_orders (id bigint PRIMARY KEY, customer_id bigint, amount numeric(12,2), status text, "
        "created_at timestamp)",
        "INSERT INTO smew_load_orders SELECT i, 1 + i % 1000, (i * 37 % 100000) / 100.0, "
        "CASE i % 4 WHEN 0 THEN 'new' WHEN 1 THEN 'paid' WHEN 2 THEN 'sent' ELSE 'done' END, "
        "timestamp '2024-01-01 00:00:00' + i * interval '1 minute' FROM generate_series(1, 100000) AS s(i)",
        "CREATE TABLE smew_load_events (order_id bigint, note text)"};
    return statements;
}

const std::vector<std::string>& cleanup_statements() {
    static const std::vector<std::string> statements{"DROP TABLE IF EXISTS smew_load_events",
                                                     "DROP TABLE IF EXISTS smew_load_orders",
                                                     "DROP TABLE IF EXISTS smew_load_customers"};
    return statements;
}

}  // namespace smew::load
