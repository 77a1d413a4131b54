// The session on the real engine: every type in text and binary, as PostgreSQL 15 sends it, and what only a real engine
// shows: streams, transactions, conflicts.
#include "pgsession/session_fixture.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

namespace smew::pgsession::testing {
namespace {

class NoTables final : public engine::TableResolver {
public:
    Result<std::optional<engine::ResolvedTable>> resolve(std::string_view, std::string_view) override {
        return std::optional<engine::ResolvedTable>();
    }
    bool is_project_schema(std::string_view) override { return false; }
    Result<std::shared_ptr<const engine::ProjectCatalog>> list() override {
        return std::make_shared<const engine::ProjectCatalog>();
    }
    std::uint64_t generation() const override { return 1; }
};

// One instance for all tests of the file: opening costs more than they do.
class RealEngine : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        char pattern[] = "/tmp/smew_pgsession_XXXXXX";
        directory_ = ::mkdtemp(pattern);
        engine::InstanceOptions options;
        options.database_file = directory_ + "/ws.duckdb";
        options.temp_dir = directory_ + "/tmp";
        options.memory_limit = {512U << 20};
        options.temp_limit = {64U << 20};
        std::filesystem::create_directory(options.temp_dir);
        auto opened = engine::Instance::open(options, resolver_);
        ASSERT_TRUE(opened) << opened.error().message;
        instance_ = std::move(*opened);
    }
    static void TearDownTestSuite() {
        instance_.reset();
        std::filesystem::remove_all(directory_);
    }
    RealEngine() { client.start(); }

    // The one value of a one-row query.
    std::string value(const std::string& expression) {
        const Messages messages = client.query("select " + expression);
        return messages.size() == 4 ? messages[1].substr(4) : messages[0];
    }
    std::string column_type(const std::string& expression) {
        const Messages messages = client.query("select " + expression + " as c");
        return messages[0].substr(std::string("Columns c:").size());
    }
    // In hexadecimal digits.
    std::string binary(const std::string& expression) {
        pg::Bind bind;
        bind.result_formats = {pg::Format::kBinary};
        const std::string sql = "select " + expression;
        client.add(pg::Parse{"", sql, {}}).add(bind).add(pg::Execute{"", 0}).add(pg::Sync{});
        const Messages messages = client.exchange();
        if (messages.size() < 3 || !messages[2].starts_with("Row ")) return messages.back() + messages.front();
        std::string digits;
        for (const char c : messages[2].substr(4)) {
            digits += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
            digits += "0123456789abcdef"[static_cast<unsigned char>(c) & 15U];
        }
        return digits;
    }
    // What a parameter of that type comes back as, in text.
    std::string round_trip(std::string_view type, std::uint32_t oid, std::string_view text) {
        pg::Bind bind;
        bind.parameters = {as_bytes(text)};
        const std::string sql = "select $1::" + std::string(type);
        client.add(pg::Parse{"", sql, {oid}}).add(bind).add(pg::Execute{"", 0}).add(pg::Sync{});
        const Messages messages = client.exchange();
        return messages.size() > 2 ? messages[2] : messages.front();
    }

    static inline NoTables resolver_;
    static inline std::string directory_;
    static inline std::unique_ptr<engine::Instance> instance_;
    TestClient client{*instance_};
};

TEST_F(RealEngine, ScalarsAsText) {
    EXPECT_EQ(value("true"), "t");
    EXPECT_EQ(value("(-5)::tinyint"), "-5");
    EXPECT_EQ(value("18446744073709551615::ubigint"), "18446744073709551615");
    EXPECT_EQ(value("(-170141183460469231731687303715884105727)::hugeint"), "-170141183460469231731687303715884105727");
    EXPECT_EQ(value("1e15::double"), "1e+15");
    EXPECT_EQ(value("1e6::real"), "1e+06");
    EXPECT_EQ(value("123.45::decimal(10,4)"), "123.4500");
    EXPECT_EQ(value("(-0.05)::decimal(38,2)"), "-0.05");
    EXPECT_EQ(value("'ünï'"), "ünï");
    EXPECT_EQ(value("'\\x00ff'::blob"), "\\x00ff");
    EXPECT_EQ(value("'010111011'::bit"), "010111011");
    EXPECT_EQ(value("date '0044-03-15 (BC)'"), "0044-03-15 BC");
    EXPECT_EQ(value("'infinity'::timestamp"), "infinity");
    EXPECT_EQ(value("time '24:00:00'"), "24:00:00");
    EXPECT_EQ(value("timestamp '2024-01-02 03:04:05.1'"), "2024-01-02 03:04:05.1");
    EXPECT_EQ(value("'2024-01-02 03:04:05'::timestamp_s"), "2024-01-02 03:04:05");
    EXPECT_EQ(value("'2024-01-02 03:04:05.123'::timestamp_ms"), "2024-01-02 03:04:05.123");
    EXPECT_EQ(value("'2024-01-02 03:04:05.123456789'::timestamp_ns"), "2024-01-02 03:04:05.123456");
    EXPECT_EQ(value("interval '14 months 3 days 04:05:06.789'"), "1 year 2 mons 3 days 04:05:06.789");
    EXPECT_EQ(value("'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid"), "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11");
    EXPECT_EQ(value("'01020304-0506-0708-090a-0b0c0d0e0f10'::uuid"), "01020304-0506-0708-090a-0b0c0d0e0f10");
    EXPECT_EQ(value("'b'::enum('a','b')"), "b");
    EXPECT_EQ(value("null"), "NULL");
    EXPECT_EQ(value("'{\"a\": 1}'::json"), "{\"a\": 1}");
}

TEST_F(RealEngine, ZonedTimesFollowTheSession) {
    client.query("set timezone = 'Europe/Prague'");
    EXPECT_EQ(value("timestamptz '2024-07-01 12:00:00+00'"), "2024-07-01 14:00:00+02");
    EXPECT_EQ(value("timestamptz '2024-07-01 12:00:00'"), "2024-07-01 12:00:00+02")
        << "the engine reads it in the same zone";
    client.query("set time zone 5");
    EXPECT_EQ(value("timestamptz '2024-07-01 12:00:00+00'"), "2024-07-01 17:00:00+05");
    EXPECT_EQ(value("timestamptz '2024-07-01 12:00:00'"), "2024-07-01 12:00:00+05");
    EXPECT_EQ(value("'01:02:03+05:30'::timetz"), "01:02:03+05:30");
}

TEST_F(RealEngine, NestedValuesAsText) {
    EXPECT_EQ(value("[1,null,3]"), "{1,NULL,3}");
    EXPECT_EQ(value("['a b','','NULL','null',null,'x,y','q\"q','b\\s','{}','plain']"),
              "{\"a b\",\"\",\"NULL\",\"null\",NULL,\"x,y\",\"q\\\"q\",\"b\\\\s\",\"{}\",plain}");
    EXPECT_EQ(value("[]::integer[]"), "{}");
    EXPECT_EQ(value("[interval '1 day']"), "{\"1 day\"}");
    EXPECT_EQ(value("['\\x0a'::blob]"), "{\"\\\\x0a\"}");
    EXPECT_EQ(value("[true,false]"), "{t,f}");
    EXPECT_EQ(value("[[1,2],[3,4]]::integer[2][2]"), "{{1,2},{3,4}}");
    EXPECT_EQ(value("[[1,2],[3]]"), "[[1,2],[3]]");
    EXPECT_EQ(value("{'a': 1, 'b': 'x\"y', 'c': null, 'd': [1.5::double, 'nan'::double]}"),
              "{\"a\":1,\"b\":\"x\\\"y\",\"c\":null,\"d\":[1.5,\"NaN\"]}");
    EXPECT_EQ(value("map {'k': 1, 'l': 2}"), "{\"k\":1,\"l\":2}");
    EXPECT_EQ(value("map {7: date '2024-01-02'}"), "{\"7\":\"2024-01-02\"}");
    EXPECT_EQ(value("union_value(n := 5)"), "5");
    EXPECT_EQ(value("{'t': timestamp '2024-01-02 03:04:05', 'b': '\\x0A'::blob}"),
              "{\"t\":\"2024-01-02T03:04:05\",\"b\":\"\\\\x0a\"}");
}

TEST_F(RealEngine, TypesAreDescribedWithPostgresOids) {
    for (const auto& [expression, oid] : {std::pair{"1::tinyint", "21"},
                                          {"1::utinyint", "21"},
                                          {"1::usmallint", "23"},
                                          {"1::uinteger", "20"},
                                          {"1::ubigint", "1700"},
                                          {"1::hugeint", "1700"},
                                          {"1.5", "1700"},
                                          {"'a'", "25"},
                                          {"'1'::json", "114"},
                                          {"[1]", "1007"},
                                          {"['a']", "1009"},
                                          {"[[1]]", "114"},
                                          {"{'a':1}", "114"},
                                          {"map {1:2}", "114"},
                                          {"'a'::enum('a')", "25"},
                                          {"'2024-01-02'::timestamp_s", "1114"},
                                          {"now()", "1184"},
                                          {"interval '1 day'", "1186"},
                                          {"[1.5]", "1231"},
                                          {"uuid()", "2950"},
                                          {"'1'::bit", "1562"},
                                          {"current_date", "1082"}}) {
        EXPECT_EQ(column_type(expression), oid) << expression;
    }
}

TEST_F(RealEngine, ValuesInBinaryForm) {
    EXPECT_EQ(binary("true"), "01");
    EXPECT_EQ(binary("(-2)::tinyint"), "fffe");
    EXPECT_EQ(binary("7::integer"), "00000007");
    EXPECT_EQ(binary("(-1)::bigint"), "ffffffffffffffff");
    EXPECT_EQ(binary("1.5::double"), "3ff8000000000000");
    EXPECT_EQ(binary("1.5::real"), "3fc00000");
    EXPECT_EQ(binary("123.45::decimal(10,4)"), "0002000000000004007b1194");
    EXPECT_EQ(binary("10000::hugeint"), "00010001000000000001");
    EXPECT_EQ(binary("'abc'"), "616263");
    EXPECT_EQ(binary("'\\x00ff'::blob"), "00ff");
    EXPECT_EQ(binary("'010111011'::bit"), "000000095d80");
    EXPECT_EQ(binary("date '2024-01-02'"), "0000223f");
    EXPECT_EQ(binary("date 'infinity'"), "7fffffff");
    EXPECT_EQ(binary("'-infinity'::timestamp"), "8000000000000000");
    EXPECT_EQ(binary("timestamp '1999-12-31 23:59:59'"), "fffffffffff0bdc0");
    EXPECT_EQ(binary("'01:02:03+05:30'::timetz"), "00000000dde878c0ffffb2a8");
    EXPECT_EQ(binary("interval '1 month 2 days 3 seconds'"), "00000000002dc6c00000000200000001");
    EXPECT_EQ(binary("'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid"), "a0eebc999c0b4ef8bb6d6bb9bd380a11");
    EXPECT_EQ(binary("[]::varchar[]"), "000000000000000000000019");
    EXPECT_EQ(binary("[[1,null],[3,4]]::integer[2][2]"),
              "000000020000000100000017000000020000000100000002000000010000000400000001ffffffff000000040000000300000004"
              "00000004");
}

TEST_F(RealEngine, ParametersInTextForm) {
    EXPECT_EQ(round_trip("integer", 0, "42"), "Row 42");
    EXPECT_EQ(round_trip("boolean", 16, "yes"), "Row t");
    EXPECT_EQ(round_trip("double", 701, "1.5e3"), "Row 1500");
    EXPECT_EQ(round_trip("decimal(10,2)", 1700, "12.345"), "Row 12.35");
    EXPECT_EQ(round_trip("date", 1082, "0044-03-15 BC"), "Row 0044-03-15 BC");
    EXPECT_EQ(round_trip("timestamp", 1114, "2024-01-02 03:04:05.5"), "Row 2024-01-02 03:04:05.5");
    EXPECT_EQ(round_trip("blob", 17, "\\x00ff"), "Row \\x00ff");
    EXPECT_EQ(round_trip("uuid", 2950, "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
              "Row a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11");
    EXPECT_EQ(round_trip("integer[]", 1007, "{1,NULL,3}"), "Row {1,NULL,3}");
    EXPECT_EQ(round_trip("varchar[]", 1009, "{\"a b\",c}"), "Row {\"a b\",c}");
    EXPECT_EQ(round_trip("integer", 23, "4x").substr(0, 11), "ERROR 22P02");
    EXPECT_EQ(round_trip("integer", 23, "99999999999").substr(0, 11), "ERROR 22003");
}

TEST_F(RealEngine, ParametersInBinaryForm) {
    const auto bound = [&](std::string_view type, std::uint32_t oid, std::string_view bytes) {
        pg::Bind bind;
        bind.parameters = {as_bytes(bytes)};
        bind.parameter_formats = {pg::Format::kBinary};
        const std::string sql = "select $1::" + std::string(type);
        client.add(pg::Parse{"", sql, {oid}}).add(bind).add(pg::Execute{"", 0}).add(pg::Sync{});
        const Messages messages = client.exchange();
        return messages.size() > 3 ? messages[2] : messages[1];
    };
    using namespace std::string_view_literals;
    EXPECT_EQ(bound("boolean", 16, "\1"sv), "Row t");
    EXPECT_EQ(bound("smallint", 21, "\xff\xfe"sv), "Row -2");
    EXPECT_EQ(bound("bigint", 20, "\0\0\0\1\0\0\0\0"sv), "Row 4294967296");
    EXPECT_EQ(bound("double", 701, "\x3f\xf8\0\0\0\0\0\0"sv), "Row 1.5");
    EXPECT_EQ(bound("decimal(10,4)", 1700, "\0\2\0\0\0\0\0\4\0\x7b\x11\x94"sv), "Row 123.4500");
    EXPECT_EQ(bound("date", 1082, "\0\0\x22\x3f"sv), "Row 2024-01-02");
    EXPECT_EQ(bound("timestamp", 1114, "\xff\xff\xff\xff\xff\xf0\xbd\xc0"sv), "Row 1999-12-31 23:59:59");
    EXPECT_EQ(bound("interval", 1186, "\0\0\0\0\0\x2d\xc6\xc0\0\0\0\2\0\0\0\1"sv), "Row 1 mon 2 days 00:00:03");
    EXPECT_EQ(bound("json", 3802, "\1{\"a\":1}"sv), "Row {\"a\":1}");
    EXPECT_EQ(bound("timetz", 1266, "\0\0\0\0\xdd\xe8\x78\xc0\xff\xff\xb2\xa8"sv), "Row 01:02:03+05:30");
    EXPECT_EQ(bound("integer[]", 1007, "\0\0\0\1\0\0\0\1\0\0\0\x17\0\0\0\2\0\0\0\1\0\0\0\4\0\0\0\5\xff\xff\xff\xff"sv),
              "Row {5,NULL}");
    EXPECT_EQ(bound("integer", 23, "\0\0\1"sv), "ERROR 22P03 incorrect binary data format in bind parameter 1");
    EXPECT_EQ(bound("integer[]", 1007, "\0\0\0\1\0\0\0\0\0\0\0\x17\x7f\xff\xff\xff\0\0\0\1"sv),
              "ERROR 22P03 incorrect binary data format in bind parameter 1");
}

TEST_F(RealEngine, TransactionsCommitAndRollBack) {
    client.query("create table tx (i integer)");
    client.query("begin");
    EXPECT_EQ(client.query("insert into tx values (1), (2)").front(), "Done INSERT 0 2");
    client.query("rollback");
    EXPECT_EQ(value("count(*) from tx"), "0");
    client.query("insert into tx values (1); insert into tx values ('x')");
    EXPECT_EQ(value("count(*) from tx"), "0") << "one message, one transaction";
    client.query("begin; insert into tx values (1); commit; insert into tx values (2)");
    EXPECT_EQ(value("count(*) from tx"), "2");
    client.query("begin");
    client.query("insert into tx values (3)");
    EXPECT_EQ(client.query("select nonsense from tx").front().substr(0, 11), "ERROR 42703");
    EXPECT_EQ(client.query("commit").front(), "Done ROLLBACK");
    EXPECT_EQ(value("count(*) from tx"), "2");
    client.query("begin read only");
    EXPECT_EQ(value("sum(i) from tx"), "3");
    EXPECT_EQ(client.query("rollback").back(), "Ready I");
    EXPECT_EQ(client.query("create table ctas as select 1 as i union all select 2").front(), "Done SELECT 2");
    EXPECT_EQ(client.query("update tx set i = i + 1").front(), "Done UPDATE 2");
    EXPECT_EQ(client.query("insert into tx values (9) returning i"),
              (Messages{"Columns i:23", "Row 9", "Done INSERT 0 1", "Ready I"}));
    EXPECT_EQ(client.query("delete from tx").front(), "Done DELETE 3");
}

TEST_F(RealEngine, SuspendedPortalLeavesTheTransactionAlone) {
    client.query("create table sp (i integer)");
    client.query("begin");
    client.query("insert into sp values (1)");
    pg::Bind bind;
    bind.portal = "p";
    client.add(pg::Parse{"", "select range from range(100000)", {}}).add(bind).add(pg::Execute{"p", 2}).add(pg::Sync{});
    EXPECT_EQ(client.exchange()[4], "Suspended");
    client.add(pg::Close{pg::Target::kPortal, "p"}).add(pg::Sync{}).exchange();
    client.query("insert into sp values (2)");
    bind.portal = "q";
    client.add(pg::Parse{"", "select range from range(10000)", {}})
        .add(bind)
        .add(pg::Execute{"q", 2})
        .add(pg::Sync{})
        .exchange();
    client.query("insert into sp values (3)");
    EXPECT_EQ(client.add(pg::Execute{"q", 1}).add(pg::Sync{}).exchange(), (Messages{"Row 2", "Suspended", "Ready T"}));
    EXPECT_EQ(client.query("commit").front(), "Done COMMIT");
    EXPECT_EQ(value("count(*) from sp"), "3");
}

TEST_F(RealEngine, StatementsAreBoundAnewWhenTablesChange) {
    client.query("create table ch (i integer)");
    for (int i = 0; i < 3; ++i) EXPECT_EQ(client.query("select * from ch").front(), "Columns i:23");
    TestClient other(*instance_);
    other.start();
    other.query("alter table ch add column j varchar");
    EXPECT_EQ(client.query("select * from ch").front(), "Columns i:23 j:25");
    other.query("drop table ch");
    EXPECT_EQ(client.query("select * from ch").front().substr(0, 11), "ERROR 42P01");
}

TEST_F(RealEngine, ErrorsKeepTheSessionUsable) {
    EXPECT_EQ(client.query("selec 1").front().substr(0, 11), "ERROR 42601");
    EXPECT_EQ(client.query("select * from nowhere").front().substr(0, 11), "ERROR 42P01");
    EXPECT_EQ(client.query("select 'x'::integer").front().substr(0, 11), "ERROR 22P02");
    EXPECT_EQ(client.query("attach 'x.db'").front().substr(0, 11), "ERROR 42501");
    EXPECT_EQ(value("1"), "1");
}

TEST_F(RealEngine, DiscardAllDropsTemporaryTables) {
    client.query("create temp table tt (i integer)");
    EXPECT_EQ(value("count(*) from tt"), "0");
    client.query("discard all");
    EXPECT_EQ(client.query("select count(*) from tt").front().substr(0, 11), "ERROR 42P01");
}

TEST_F(RealEngine, PivotOverListedValues) {
    client.query("create table pv as select * from (values ('a', 1), ('b', 2)) t(k, v)");
    EXPECT_EQ(client.query("pivot pv on k in ('a', 'b') using max(v)"),
              (Messages{"Columns a:23 b:23", "Row 1|2", "Done SELECT 1", "Ready I"}));
}

}  // namespace
}  // namespace smew::pgsession::testing
