#include "catalog/test_store.hpp"
#include "catalog/text.hpp"

namespace smew::catalog {
namespace {

using namespace std::string_view_literals;

template <class T>
bool is_bad_name(const Result<T>& result) {
    return !result && result.error().code == sqlstate::kInvalidName;
}

// What strangers send where a name belongs.
const std::string_view kHostile[] = {
    ""sv,
    "."sv,
    ".."sv,
    "../../etc/passwd"sv,
    "in.c-../../x"sv,
    "in.c-a/b"sv,
    "in.c-a\\b"sv,
    "in.c-a\0b"sv,
    "in.c-a b"sv,
    "in.c-a\nb"sv,
    "in.c-caf\xc3\xa9"sv,
    "in.c-\xe2\x80\xae"sv,
    "in.c-\xff\xfe"sv,
    "in.c-x'; DROP TABLE projects; --"sv,
    "in.c-x\" OR 1=1"sv,
    "in.c-$(id)"sv,
    "in.c-%s%n"sv,
    "in.c-;"sv,
};

TEST(NamesTest, BucketNamesBecomeSchemas) {
    EXPECT_EQ(schema_of_bucket("in.c-sales").value(), "in_c_sales");
    EXPECT_EQ(schema_of_bucket("in_c_sales").value(), "in_c_sales");
    EXPECT_EQ(schema_of_bucket("out.c-A.b-C").value(), "out_c_a_b_c");
    EXPECT_EQ(schema_of_bucket("sys.c-1").value(), "sys_c_1");
    EXPECT_EQ(schema_of_bucket("IN_C_Sales").value(), "in_c_sales");
    EXPECT_EQ(schema_of_bucket("in.c-" + std::string(59, 'x'))->size(), 64U);
}

TEST(NamesTest, OtherBucketNamesAreRefused) {
    for (const auto* name : {"main", "pg_catalog", "information_schema", "in_c_", "in.c-", "in", "c-sales", "in.sales",
                             "xin.c-sales", "inc-sales", "in.c_sales", "in-c-sales", "temp", "system"}) {
        EXPECT_TRUE(is_bad_name(schema_of_bucket(name))) << name;
    }
    for (const auto name : kHostile) EXPECT_TRUE(is_bad_name(schema_of_bucket(name))) << name;
    EXPECT_TRUE(is_bad_name(schema_of_bucket("in.c-" + std::string(60, 'x'))));
    EXPECT_TRUE(is_bad_name(schema_of_bucket("in.c-" + std::string(300, 'x'))));
}

TEST(NamesTest, TableNames) {
    for (const auto* name : {"orders", "_x", "Orders-2024", "a", "A1_b-c"}) EXPECT_TRUE(check_table_name(name)) << name;
    EXPECT_TRUE(check_table_name(std::string(128, 'x')));
    EXPECT_TRUE(is_bad_name(check_table_name(std::string(129, 'x'))));
    EXPECT_TRUE(is_bad_name(check_table_name(std::string(300, 'x'))));
    for (const auto* name : {"1x", "-x", "a.b", "a b", "a\"b"})
        EXPECT_TRUE(is_bad_name(check_table_name(name))) << name;
    for (const auto name : kHostile) EXPECT_TRUE(is_bad_name(check_table_name(name))) << name;
}

TEST(NamesTest, ColumnNames) {
    for (const auto name : {"id"sv, "Unit price"sv, "größe"sv, "a.b"sv, "1st"sv, "%"sv, "日本"sv}) {
        EXPECT_TRUE(check_column_name(name)) << name;
    }
    std::string longest;
    for (int i = 0; i < 127; ++i) longest += "ö";
    EXPECT_TRUE(check_column_name(longest));
    EXPECT_TRUE(is_bad_name(check_column_name(longest + "x")));
    for (const auto name : {""sv, "a\"b"sv, "a'b"sv, "a`b"sv, "a\0b"sv, "a\tb"sv, "a\x7f"sv, "a\xc2\x85"sv, "\xff"sv,
                            "\xc0\x80"sv, "\xed\xa0\x80"sv, "\xf4\x90\x80\x80"sv, "\xe2\x82"sv}) {
        EXPECT_TRUE(is_bad_name(check_column_name(name))) << name;
    }
}

TEST(NamesTest, ProjectIds) {
    for (const auto* id : {"1", "123", "sales", "A-b_c"}) EXPECT_TRUE(check_project_id(id)) << id;
    EXPECT_TRUE(check_project_id(std::string(64, 'x')));
    EXPECT_TRUE(is_bad_name(check_project_id(std::string(65, 'x'))));
    for (const auto* id : {"_x", "-x", "a.b", "a/b"}) EXPECT_TRUE(is_bad_name(check_project_id(id))) << id;
    for (const auto id : kHostile) EXPECT_TRUE(is_bad_name(check_project_id(id))) << id;
}

TEST(TextTest, CountsCharactersOfWellFormedTextOnly) {
    EXPECT_EQ(count_characters(""), 0);
    EXPECT_EQ(count_characters("a\xc3\xb6\xe2\x82\xac\xf0\x9f\xa6\x86"), 4);
    for (const auto bad : {"\x80"sv, "\xc1\xbf"sv, "\xe0\x9f\xbf"sv, "\xf0\x8f\xbf\xbf"sv, "\xf5\x80\x80\x80"sv,
                           "\xed\xbf\xbf"sv, "\xe2\x28\xa1"sv, "\xf0\x9f\xa6"sv}) {
        EXPECT_EQ(count_characters(bad), -1);
    }
}

TEST(TextTest, QuotesNothingThatGarblesAMessage) {
    EXPECT_EQ(in_quotes("orders"), "\"orders\"");
    EXPECT_EQ(in_quotes("a\0b\x1b[2J\xff\xc2\x9b"sv), "\"a?b?[2J??\"");
    const std::string cut = in_quotes(std::string(300, 'x'));
    EXPECT_LT(cut.size(), 100U);
    EXPECT_TRUE(cut.ends_with("…\""));
}

// Names that got past nothing: as arguments of look-ups they name nothing, and harm nothing.
TEST_F(StoreTest, HostileNamesFindNothingAndLeaveEverything) {
    make_project();
    make_table();
    for (const auto name : kHostile) {
        EXPECT_EQ(code_of(store_->bucket(kProject, name)), "42704") << name;
        EXPECT_EQ(code_of(store_->table(kProject, name, "orders")), "42704") << name;
        EXPECT_EQ(code_of(store_->table(kProject, "in_c_sales", name)), "42704") << name;
        EXPECT_EQ(code_of(store_->delete_table(kProject, "in_c_sales", name)), "42704") << name;
        EXPECT_EQ(code_of(store_->delete_bucket(kProject, name, true)), "42704") << name;
        EXPECT_EQ(code_of(store_->project(ProjectId(std::string(name)))), "42704") << name;
        EXPECT_EQ(code_of(store_->create_bucket(kProject, name, "")), "42602") << name;
        EXPECT_EQ(code_of(store_->workspace(kProject, WorkspaceId(std::string(name)))), "42704") << name;
        EXPECT_EQ(code_of(store_->file(kProject, FileId(std::string(name)))), "42704") << name;
        EXPECT_EQ(code_of(store_->file_by_upload_key(kProject, name)), "42704") << name;
        EXPECT_FALSE(store_->workspace_by_user(name)) << name;
        EXPECT_FALSE(store_->find_api_key(ApiKeyId(std::string(name)))) << name;
    }
    EXPECT_TRUE(store_->table(kProject, "in_c_sales", "orders"));
    EXPECT_EQ(store_->counts().buckets, 1);
}

}  // namespace
}  // namespace smew::catalog
