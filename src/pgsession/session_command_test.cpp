#include "pgsession/session_command.hpp"

#include "pgsession/session_fixture.hpp"
#include "pgsession/settings.hpp"

#include <algorithm>

namespace smew::pgsession::testing {
namespace {

template <class Command>
Command recognised(std::string_view sql) {
    const auto command = recognise_session_command(sql);
    if (!command || !*command || !std::holds_alternative<Command>(**command)) {
        ADD_FAILURE() << sql << (command ? "" : ": " + command.error().message);
        return {};
    }
    return std::get<Command>(**command);
}
bool is_engines(std::string_view sql) {
    const auto command = recognise_session_command(sql);
    return command && !*command;
}

TEST(Lexer, SplitsExactly) {
    const auto split = [](std::string_view sql) { return sql::split_statements(sql).size(); };
    EXPECT_EQ(split("a;b;c"), 3U);
    EXPECT_EQ(split("a ';' ; b"), 2U);
    EXPECT_EQ(split("'a'';'';' ; b"), 2U);
    EXPECT_EQ(split("E'\\';' ; b"), 2U);
    EXPECT_EQ(split("'\\' ; b"), 2U) << "a plain string has no escapes";
    EXPECT_EQ(split("\"a;\"\";\" ; b"), 2U);
    EXPECT_EQ(split("$$;$$ ; $a$;$$;$b$;$a$"), 2U);
    EXPECT_EQ(split("$1;$2"), 2U);
    EXPECT_EQ(split("a$b$;$b$"), 2U) << "a dollar inside a name opens nothing";
    EXPECT_EQ(split("/* ; /* ; */ ; */ a -- ;\n; b"), 2U);
    EXPECT_EQ(split("a /* ; "), 1U);
    EXPECT_EQ(split("'unended ; b"), 1U);
    EXPECT_EQ(split("--"), 0U);
    EXPECT_EQ(sql::split_statements(" a ;  b -- c").at(1), "b");
}

TEST(Lexer, ReadsStringsAndNames) {
    const auto string_of = [](std::string_view sql) { return sql::string_value(sql::Lexer(sql).next()); };
    EXPECT_EQ(string_of("'it''s'"), "it's");
    EXPECT_EQ(string_of("E'a\\n\\t\\\\\\'\\x41\\101\\u00e9'''"), "a\n\t\\'AA\xc3\xa9'");
    EXPECT_EQ(string_of("$x$a'b$x$"), "a'b");
    EXPECT_EQ(sql::identifier_value(sql::Lexer("FooBar").next()), "foobar");
    EXPECT_EQ(sql::identifier_value(sql::Lexer("\"Foo\"\"Bar\"").next()), "Foo\"Bar");
}

TEST(SessionCommands, AreRecognisedOnTokens) {
    EXPECT_TRUE(is_engines("select 1"));
    EXPECT_TRUE(is_engines("/* begin */ select 'commit'"));
    EXPECT_TRUE(is_engines("\"begin\""));
    EXPECT_TRUE(is_engines("show tables"));
    EXPECT_TRUE(is_engines("show all tables"));
    EXPECT_TRUE(is_engines("select version() || ''"));
    EXPECT_TRUE(is_engines("select current_user, 1"));
    EXPECT_TRUE(is_engines("select version"));
    EXPECT_TRUE(recognised<BeginCommand>("/* x */ BEGIN -- y").modes.isolation.empty());
    const auto begin =
        recognised<BeginCommand>("start transaction isolation level repeatable read read only not deferrable");
    EXPECT_EQ(begin.modes.isolation, "repeatable read");
    EXPECT_EQ(begin.modes.read_only, true);
    EXPECT_EQ(begin.modes.deferrable, false);
    EXPECT_TRUE(recognised<CommitCommand>("end transaction and chain").chain);
    EXPECT_EQ(recognised<FactCommand>("select pg_catalog.version() as v").column, "v");
    EXPECT_EQ(recognised<FactCommand>("SELECT current_schema").fact, SessionFact::kCurrentSchema);
    EXPECT_EQ(recognised<ShowCommand>("show time zone").name, "TimeZone");
    EXPECT_EQ(recognised<ShowCommand>("show transaction isolation level").name, "transaction_isolation");
    EXPECT_EQ(recognised<SetCommand>("use workspace.\"My Schema\"").values, (std::vector<std::string>{"My Schema"}));
}

TEST(SessionCommands, SetTakesAllForms) {
    EXPECT_EQ(recognised<SetCommand>("set session x.y to 'a'").name, "x.y");
    EXPECT_EQ(recognised<SetCommand>("set search_path = a, \"B c\", 'D'").values,
              (std::vector<std::string>{"a", "B c", "D"}));
    EXPECT_EQ(recognised<SetCommand>("set extra_float_digits = -3").values, (std::vector<std::string>{"-3"}));
    EXPECT_TRUE(recognised<SetCommand>("set local timezone to default").values.empty());
    EXPECT_EQ(recognised<SetCommand>("set time zone -5.5").zone_offset, -19'800);
    EXPECT_EQ(recognised<SetCommand>("set time zone interval '-08:30' hour to minute").zone_offset, -30'600);
    EXPECT_EQ(recognised<SetCommand>("set names 'utf8'").name, "client_encoding");
    EXPECT_TRUE(
        recognised<SetTransactionCommand>("set session characteristics as transaction read only").characteristics);
    EXPECT_EQ(recognised<PrepareCommand>("prepare p (timestamp(3) with time zone, varchar(5), int[]) as select $1")
                  .parameter_types,
              (std::vector<std::uint32_t>{1184, 1043, 1007}));
}

TEST(SessionCommands, MalformedOnesTellWhere) {
    for (const auto& [sql, position] : {std::pair{"begin nonsense", 7},
                                        {"set x", 0},
                                        {"set search_path = (1)", 19},
                                        {"commit and", 0},
                                        {"set timezone to", 0},
                                        {"reset", 0},
                                        {"discard everything", 9},
                                        {"prepare p select", 11}}) {
        const auto command = recognise_session_command(sql);
        ASSERT_FALSE(command) << sql;
        EXPECT_EQ(command.error().code, sqlstate::kSyntaxError);
        EXPECT_EQ(command.error().position, position) << sql;
    }
}

std::string shown(TestClient& client, const std::string& name) {
    return client.query("show " + name).at(1);
}

TEST_F(SessionTest, SettingsAreCheckedAndNormalised) {
    const auto set = [&](const std::string& what) { return client.query("set " + what).front(); };
    EXPECT_EQ(set("statement_timeout = '90s'"), "Done SET");
    EXPECT_EQ(shown(client, "statement_timeout"), "Row 90s");
    set("statement_timeout = 1500");
    EXPECT_EQ(shown(client, "statement_timeout"), "Row 1500ms");
    set("statement_timeout = '1.5min'");
    EXPECT_EQ(shown(client, "statement_timeout"), "Row 90s");
    set("statement_timeout = 0");
    EXPECT_EQ(shown(client, "statement_timeout"), "Row 5min") << "the server's limit holds";
    set("statement_timeout = '1d'");
    EXPECT_EQ(shown(client, "statement_timeout"), "Row 5min");
    EXPECT_EQ(set("statement_timeout = -1").substr(0, 11), "ERROR 22023");
    EXPECT_EQ(set("statement_timeout = '1 fortnight'").substr(0, 11), "ERROR 22023");
    EXPECT_EQ(set("search_path = a, \"B c\", 'D'"), "Done SET");
    EXPECT_EQ(shown(client, "search_path"), "Row a, \"B c\", \"D\"");
    EXPECT_EQ(set("datestyle = 'German'").substr(0, 11), "ERROR 22023");
    EXPECT_EQ(set("intervalstyle = iso_8601"),
              "ERROR 22023 invalid value for parameter \"IntervalStyle\": \"iso_8601\"");
    EXPECT_EQ(set("client_encoding = latin1").substr(0, 11), "ERROR 22023");
    EXPECT_EQ(set("standard_conforming_strings = off").substr(0, 11), "ERROR 22023");
    EXPECT_EQ(set("extra_float_digits = 4"),
              "ERROR 22023 4 is outside the valid range for parameter \"extra_float_digits\" (-15 .. 3)");
    EXPECT_EQ(set("row_security = maybe"), "ERROR 22023 parameter \"row_security\" requires a Boolean value");
    EXPECT_EQ(set("server_version = '9'"), "ERROR 55P02 parameter \"server_version\" cannot be changed");
    EXPECT_EQ(set("memory_limit = '1TB'"), "ERROR 42704 unrecognized configuration parameter \"memory_limit\"");
    EXPECT_EQ(set("extra_float_digits = 1, 2"), "ERROR 22023 SET extra_float_digits takes only one argument");
    EXPECT_EQ(set("myapp.user = 'me'"), "Done SET");
    EXPECT_EQ(shown(client, "myapp.user"), "Row me");
    EXPECT_EQ(client.query("show nothing").front(), "ERROR 42704 unrecognized configuration parameter \"nothing\"");
    EXPECT_EQ(client.query("reset all").front(), "Done RESET");
    EXPECT_EQ(shown(client, "search_path"), "Row \"$user\", public");
    EXPECT_GT(client.query("show all").size(), 40U);
}

TEST_F(SessionTest, TimeZonesAreToldToClientAndEngine) {
    EXPECT_EQ(client.query("set time zone 'europe/prague'"),
              (Messages{"Done SET", "Status TimeZone=Europe/Prague", "Ready I"}));
    client.query("select b from u");
    client.query("set time zone -5");
    EXPECT_EQ(shown(client, "timezone"), "Row <-05>+05");
    client.query("select b from u");
    client.query("set timezone = '-02:00'");
    client.query("select b from u");
    const auto log = stage.take_log();
    EXPECT_NE(std::ranges::find(log, "zone Europe/Prague"), log.end());
    EXPECT_NE(std::ranges::find(log, "zone Etc/GMT+5"), log.end());
    EXPECT_NE(std::ranges::find(log, "zone Etc/GMT-2"), log.end());
    EXPECT_EQ(client.query("set time zone 5.5").front().substr(0, 11), "ERROR 22023");
    EXPECT_EQ(client.query("set timezone = 'Nowhere'").front(),
              "ERROR 22023 invalid value for parameter \"TimeZone\": \"Nowhere\"");
}

TEST_F(SessionTest, SearchPathIsToldToTheEngineBeforeItsNextStatement) {
    client.query("set search_path = \"$user\", public, in_c_sales");
    EXPECT_EQ(log(), std::vector<std::string>{});
    client.query("select b from u");
    EXPECT_EQ(log().front(), "path public in_c_sales");
    EXPECT_EQ(client.query("select current_schema()")[1], "Row public");
    client.query("use in_c_sales");
    EXPECT_EQ(client.query("select current_schema()")[1], "Row in_c_sales");
}

TEST_F(SessionTest, FactsAreAnsweredWithoutTheEngine) {
    EXPECT_EQ(client.query("select pg_backend_pid()"),
              (Messages{"Columns pg_backend_pid:23", "Row 4242", "Done SELECT 1", "Ready I"}));
    EXPECT_EQ(client.query("select current_database()")[1], "Row workspace_1");
    EXPECT_EQ(client.query("select current_user")[1], "Row ws_1_user");
    EXPECT_EQ(client.query("SELECT version();")[1].substr(0, 15), "Row PostgreSQL ");
    EXPECT_EQ(log(), std::vector<std::string>{});
}

TEST_F(SessionTest, DiscardAllStartsOver) {
    client.query("set application_name = 'x'");
    client.query("prepare p as select b from u");
    EXPECT_EQ(client.query("discard all"), (Messages{"Done DISCARD ALL", "Status application_name=", "Ready I"}));
    EXPECT_EQ(client.query("execute p").front().substr(0, 11), "ERROR 26000");
    EXPECT_EQ(client.query("select b from u")[1], "Row 7");
    client.query("begin");
    EXPECT_EQ(client.query("discard all").front(), "ERROR 25001 DISCARD ALL cannot run inside a transaction block");
}

TEST_F(SessionTest, WhatIsNotSupportedSaysSo) {
    for (const char* sql :
         {"prepare transaction 'x'", "set role admin", "discard temp"}) {
        EXPECT_EQ(client.query(sql).front().substr(0, 11), "ERROR 0A000") << sql;
    }
    EXPECT_EQ(client.query("unlisten *").front(), "Done UNLISTEN");
    EXPECT_EQ(client.query("set role none").front(), "Done SET");
    EXPECT_EQ(client.query("close all").front(), "Done CLOSE CURSOR ALL");
}

TEST(SettingTable, IsInTheOrderOfItsEnum) {
    EXPECT_EQ(definition_of(Setting::kTimeZone).name, "TimeZone");
    EXPECT_EQ(definition_of(Setting::kXmloption).name, "xmloption");
    EXPECT_EQ(definition_of(Setting::kStatementTimeout).name, "statement_timeout");
    EXPECT_EQ(definition_of(Setting::kDefaultTransactionReadOnly).name, "default_transaction_read_only");
    EXPECT_EQ(definition_of(Setting::kSearchPath).name, "search_path");
    EXPECT_EQ(definition_of(Setting::kTransactionIsolation).name, "transaction_isolation");
    EXPECT_EQ(definition_of(Setting::kIntervalStyle).name, "IntervalStyle");
    EXPECT_EQ(definition_of(Setting::kServerVersion).name, "server_version");
    EXPECT_EQ(definition_of(Setting::kClientMinMessages).name, "client_min_messages");
}

}  // namespace
}  // namespace smew::pgsession::testing
