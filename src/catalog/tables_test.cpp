#include "catalog/test_store.hpp"

namespace smew::catalog {
namespace {

using namespace std::chrono_literals;

class TablesTest : public StoreTest {
protected:
    void SetUp() override { make_project(); }
    std::string create(const NewVersion& version, const std::vector<std::string>& descriptions = {}) {
        return code_of(store_->create_table(kProject, "in_c_sales", "orders", "", descriptions, version));
    }
};

// ---------------------------------------------------------------- buckets

TEST_F(TablesTest, ABucketIsFoundByNameAndBySchema) {
    const auto bucket = store_->bucket(kProject, "in.c-sales").value();
    EXPECT_EQ(bucket.schema, "in_c_sales");
    EXPECT_EQ(bucket.name, "in.c-sales");
    EXPECT_EQ(bucket.created_at, kNoon);
    EXPECT_EQ(store_->bucket(kProject, "in_c_sales")->name, "in.c-sales");
    EXPECT_EQ(store_->bucket(kProject, "IN_C_SALES")->name, "in.c-sales");
    EXPECT_EQ(code_of(store_->bucket(kProject, "in.c-other")), "42704");
    EXPECT_EQ(code_of(store_->bucket(ProjectId("p2"), "in.c-sales")), "42704");
}

TEST_F(TablesTest, TwoNamesOfOneSchemaAreOneBucket) {
    EXPECT_EQ(code_of(store_->create_bucket(kProject, "in.c-sales", "")), "42710");
    const auto refused = store_->create_bucket(kProject, "in_c_Sales", "");
    EXPECT_EQ(code_of(refused), "42710");
    EXPECT_NE(refused.error().detail.find("\"in.c-sales\""), std::string::npos);
    EXPECT_EQ(code_of(store_->create_bucket(ProjectId("nobody"), "in.c-x", "")), "42704");
    EXPECT_EQ(code_of(store_->create_bucket(kProject, "in.c-x", "\xff")), "22023");
}

TEST_F(TablesTest, BucketsCountTheirTables) {
    ASSERT_TRUE(store_->create_bucket(kProject, "in.c-a", "first"));
    make_table("orders");
    make_table("lines");
    const auto buckets = store_->buckets(kProject).value();
    ASSERT_EQ(buckets.size(), 2U);
    EXPECT_EQ(buckets[0].schema, "in_c_a");
    EXPECT_EQ(buckets[0].description, "first");
    EXPECT_EQ(buckets[0].table_count, 0U);
    EXPECT_EQ(buckets[1].table_count, 2U);
    EXPECT_EQ(buckets[1].size_bytes, 2000U);
}

TEST_F(TablesTest, ABucketWithTablesGoesOnlyByCascade) {
    make_table("orders", "f1");
    EXPECT_EQ(code_of(store_->delete_bucket(kProject, "in.c-sales", false)), "55000");
    EXPECT_TRUE(store_->table(kProject, "in.c-sales", "orders"));
    ASSERT_TRUE(store_->delete_bucket(kProject, "in.c-sales", true));
    EXPECT_EQ(code_of(store_->bucket(kProject, "in.c-sales")), "42704");
    EXPECT_EQ(store_->stale_versions(kNoon + 1s).size(), 1U);
    ASSERT_TRUE(store_->create_bucket(kProject, "in.c-empty", ""));
    EXPECT_TRUE(store_->delete_bucket(kProject, "in_c_empty", false));
    EXPECT_EQ(code_of(store_->delete_bucket(kProject, "in_c_empty", false)), "42704");
}

// ---------------------------------------------------------------- tables

TEST_F(TablesTest, TellsBackWhatWasMade) {
    const auto made =
        store_->create_table(kProject, "in.c-sales", "Orders", "all orders", {"who", ""}, new_version("v/1")).value();
    const auto found = store_->table(kProject, "in_c_sales", "orders").value();
    EXPECT_EQ(found.id, made.id);
    EXPECT_EQ(found.project, kProject);
    EXPECT_EQ(found.bucket, "in_c_sales");
    EXPECT_EQ(found.name, "Orders");
    EXPECT_EQ(found.description, "all orders");
    EXPECT_EQ(found.column_descriptions, (std::vector<std::string>{"who", ""}));
    EXPECT_EQ(found.primary_key, std::vector<std::string>{"id"});
    EXPECT_EQ(found.version_file, "v/1");
    EXPECT_EQ(found.row_count, 10U);
    EXPECT_EQ(found.size_bytes, 1000U);
    ASSERT_EQ(found.columns.size(), 2U);
    EXPECT_EQ(found.columns[0].name, "id");
    EXPECT_EQ(found.columns[0].type, "BIGINT");
    EXPECT_FALSE(found.columns[0].nullable);
    EXPECT_EQ(found.columns[1].type, "DECIMAL(12,2)");
    EXPECT_TRUE(found.columns[1].nullable);
    EXPECT_EQ(found.columns[1].default_expression, "0.5");
}

TEST_F(TablesTest, NamesAreOneInAnyCase) {
    make_table("Orders", "f1");
    EXPECT_EQ(code_of(store_->create_table(kProject, "in.c-sales", "ORDERS", "", {}, new_version("f2"))), "42710");
    EXPECT_EQ(store_->version_files(), std::vector<std::string>{"f1"});
    EXPECT_EQ(store_->table(kProject, "in.c-sales", "oRDERS")->name, "Orders");
    EXPECT_TRUE(store_->delete_table(kProject, "in.c-sales", "orders"));
}

TEST_F(TablesTest, RefusesWhatIsNoTable) {
    auto version = new_version("f");
    version.columns.clear();
    version.primary_key.clear();
    EXPECT_EQ(create(version), "22023");
    version.columns = {{.name = "a", .type = "INT"}, {.name = "A", .type = "INT"}};
    EXPECT_EQ(create(version), "22023");
    version.columns = {{.name = "a\"", .type = "INT"}};
    EXPECT_EQ(create(version), "42602");
    version.columns = {{.name = "a", .type = ""}};
    EXPECT_EQ(create(version), "22023");
    version.columns = {{.name = "a", .type = "INT", .default_expression = std::string(1, '\0')}};
    EXPECT_EQ(create(version), "22023");
    version.columns = {{.name = "a", .type = "INT"}};
    version.primary_key = {"b"};
    EXPECT_EQ(create(version), "22023");
    version.primary_key = {"a", "A"};
    EXPECT_EQ(create(version), "22023");
    version.primary_key = {};
    version.row_count = UINT64_MAX;
    EXPECT_EQ(create(version), "22003");
    version.row_count = 0;
    EXPECT_EQ(create(version, {"x", "y"}), "22023");
    EXPECT_EQ(create(version, {"\xff"}), "22023");
    version.file.clear();
    EXPECT_EQ(create(version), "22023");
    EXPECT_EQ(code_of(store_->create_table(kProject, "in.c-other", "t", "", {}, new_version("f"))), "42704");
    EXPECT_EQ(code_of(store_->create_table(ProjectId("p2"), "in.c-sales", "t", "", {}, new_version("f"))), "42704");
    EXPECT_EQ(code_of(store_->create_table(kProject, "in.c-sales", "1t", "", {}, new_version("f"))), "42602");
    EXPECT_EQ(store_->counts().tables, 0);
    EXPECT_TRUE(store_->version_files().empty());
}

TEST_F(TablesTest, PrimaryKeysTakeTheColumnsSpelling) {
    auto version = new_version("f");
    version.primary_key = {"PRICE", "ID"};
    ASSERT_EQ(create(version), "ok");
    EXPECT_EQ(store_->table(kProject, "in_c_sales", "orders")->primary_key, (std::vector<std::string>{"Price", "id"}));
}

TEST_F(TablesTest, ListsInOrderOfNames) {
    ASSERT_TRUE(store_->create_bucket(kProject, "in.c-a", ""));
    for (const auto* name : {"b", "A", "c"}) make_table(name);
    ASSERT_TRUE(store_->create_table(kProject, "in.c-a", "z", "", {}, new_version("z")));
    const auto tables = store_->tables(kProject, "in.c-sales").value();
    ASSERT_EQ(tables.size(), 3U);
    EXPECT_EQ(tables[0].name, "A");
    EXPECT_EQ(tables[2].name, "c");
    const auto all = store_->all_tables(kProject).value();
    ASSERT_EQ(all.size(), 4U);
    EXPECT_EQ(all[0].name, "z");
    EXPECT_EQ(code_of(store_->tables(kProject, "in.c-none")), "42704");
    EXPECT_EQ(code_of(store_->all_tables(ProjectId("p2"))), "42704");
}

TEST_F(TablesTest, ProjectsDoNotSeeEachOthersTables) {
    make_table();
    const ProjectId other("p2");
    ASSERT_TRUE(store_->create_project(other, "two", "", "{}", new_key("key_2")));
    EXPECT_EQ(code_of(store_->table(other, "in.c-sales", "orders")), "42704");
    ASSERT_TRUE(store_->create_bucket(other, "in.c-sales", ""));
    EXPECT_EQ(code_of(store_->table(other, "in.c-sales", "orders")), "42704");
    EXPECT_TRUE(store_->all_tables(other)->empty());
}

TEST_F(TablesTest, DescriptionsAreSetOneByOne) {
    const auto table = make_table();
    clock_.advance(3s);
    auto changed = store_->set_descriptions(table.id, "all orders", {{"PRICE", "in euro"}}).value();
    EXPECT_EQ(changed.description, "all orders");
    EXPECT_EQ(changed.column_descriptions, (std::vector<std::string>{"", "in euro"}));
    EXPECT_EQ(changed.updated_at, kNoon + 3s);
    changed = store_->set_descriptions(table.id, std::nullopt, {{"id", "number"}, {"Price", ""}}).value();
    EXPECT_EQ(changed.description, "all orders");
    EXPECT_EQ(changed.column_descriptions, (std::vector<std::string>{"number", ""}));
    EXPECT_EQ(code_of(store_->set_descriptions(table.id, "x", {{"nope", "y"}})), "42704");
    EXPECT_EQ(code_of(store_->set_descriptions(table.id, "\xff", {})), "22023");
    EXPECT_EQ(code_of(store_->set_descriptions(table.id, std::nullopt, {{"id", std::string(70'000, 'x')}})), "22023");
    EXPECT_EQ(code_of(store_->set_descriptions(TableId(99), "x", {})), "42704");
    EXPECT_EQ(store_->table(kProject, "in.c-sales", "orders")->description, "all orders");
}

// ---------------------------------------------------------------- versions

TEST_F(TablesTest, APublishedVersionIsCurrentAndTheOldOneStale) {
    const auto table = make_table("orders", "f1");
    clock_.advance(10s);
    const auto next = store_->publish_version(table.id, table.version, new_version("f2", 20, 2000)).value();
    EXPECT_EQ(next.id, table.id);
    EXPECT_NE(next.version, table.version);
    EXPECT_EQ(next.version_file, "f2");
    EXPECT_EQ(next.row_count, 20U);
    EXPECT_EQ(next.updated_at, kNoon + 10s);
    EXPECT_EQ(next.created_at, kNoon);
    EXPECT_TRUE(store_->stale_versions(kNoon + 10s).empty());
    const auto stale = store_->stale_versions(kNoon + 11s);
    ASSERT_EQ(stale.size(), 1U);
    EXPECT_EQ(stale[0].id, table.version);
    EXPECT_EQ(stale[0].file, "f1");
    EXPECT_EQ(store_->version_files().size(), 2U);
    store_->forget_version(table.version);
    store_->forget_version(next.version);  // current: stays
    EXPECT_EQ(store_->version_files(), std::vector<std::string>{"f2"});
}

TEST_F(TablesTest, WhoWasOvertakenPublishesNothing) {
    const auto table = make_table("orders", "f1");
    ASSERT_TRUE(store_->publish_version(table.id, table.version, new_version("f2")));
    EXPECT_EQ(code_of(store_->publish_version(table.id, table.version, new_version("f3"))), "40001");
    EXPECT_EQ(store_->table(kProject, "in.c-sales", "orders")->version_file, "f2");
    EXPECT_EQ(store_->version_files().size(), 2U);
    const auto other = make_table("lines", "f4");
    EXPECT_EQ(code_of(store_->publish_version(table.id, other.version, new_version("f5"))), "40001");
    EXPECT_EQ(store_->table(kProject, "in.c-sales", "lines")->version_file, "f4");
}

TEST_F(TablesTest, PublishingRefusesBadVersionsAndGoneTables) {
    const auto table = make_table();
    auto bad = new_version("f2");
    bad.primary_key = {"nope"};
    EXPECT_EQ(code_of(store_->publish_version(table.id, table.version, bad)), "22023");
    EXPECT_EQ(code_of(store_->publish_version(TableId(99), table.version, new_version("f2"))), "42704");
    ASSERT_TRUE(store_->delete_table(kProject, "in.c-sales", "orders"));
    EXPECT_EQ(code_of(store_->publish_version(table.id, table.version, new_version("f2"))), "42704");
    EXPECT_EQ(store_->version_files().size(), 1U);
}

TEST_F(TablesTest, ColumnDescriptionsFollowTheirColumns) {
    const auto table =
        store_->create_table(kProject, "in.c-sales", "orders", "", {"number", "in euro"}, new_version("f1")).value();
    auto next = new_version("f2");
    next.columns = {{.name = "PRICE", .type = "DOUBLE"}, {.name = "new", .type = "INTEGER"}};
    next.primary_key = {};
    const auto published = store_->publish_version(table.id, table.version, next).value();
    EXPECT_EQ(published.column_descriptions, (std::vector<std::string>{"in euro", ""}));
    // A column that comes back is another one.
    const auto again = store_->publish_version(table.id, published.version, new_version("f3")).value();
    EXPECT_EQ(again.column_descriptions, (std::vector<std::string>{"", "in euro"}));
}

TEST_F(TablesTest, ADeletedTablesVersionsWaitToBeForgotten) {
    const auto table = make_table("orders", "f1");
    ASSERT_TRUE(store_->publish_version(table.id, table.version, new_version("f2")));
    ASSERT_TRUE(store_->delete_table(kProject, "in.c-sales", "orders"));
    EXPECT_EQ(code_of(store_->delete_table(kProject, "in.c-sales", "orders")), "42704");
    EXPECT_EQ(store_->version_files().size(), 2U);
    for (const auto& stale : store_->stale_versions(kNoon + 1s)) store_->forget_version(stale.id);
    EXPECT_TRUE(store_->version_files().empty());
    EXPECT_NE(make_table("orders", "f3").id,
              table.id);  // ids are not given again: an old one must publish nothing here
}

TEST_F(TablesTest, OneFileIsOneVersionOnly) {
    make_table("orders", "f1");
    EXPECT_EQ(code_of(store_->create_table(kProject, "in.c-sales", "lines", "", {}, new_version("f1"))), "23000");
    EXPECT_EQ(code_of(store_->table(kProject, "in.c-sales", "lines")), "42704");
}

TEST_F(TablesTest, SurvivesReopening) {
    const auto table = make_table("orders", "f1");
    ASSERT_TRUE(store_->publish_version(table.id, table.version, new_version("f2", 77)));
    reopen();
    EXPECT_EQ(store_->table(kProject, "in.c-sales", "orders")->row_count, 77U);
    EXPECT_EQ(store_->stale_versions(kNoon + 1s).size(), 1U);
}

}  // namespace
}  // namespace smew::catalog
