#include "core/random.hpp"
#include "http/test_server.hpp"

namespace smew::http {
namespace {

class TableTest : public ServerTest {
protected:
    void SetUp() override {
        ServerTest::SetUp();
        key_ = make_project();
        make_orders(key_);
    }
    Reply create(const std::string& body) { return call("POST", "/projects/p1/buckets/in.c-sales/tables", key_, body); }
    std::vector<std::string> names() {
        std::vector<std::string> found;
        const boost::json::value table = call("GET", kOrders, key_).json();
        for (const auto& column : table.at("columns").as_array()) found.emplace_back(column.at("name").as_string());
        return found;
    }
    using Names = std::vector<std::string>;
    std::string key_;
};

TEST_F(TableTest, ATableIsMadeAsDescribed) {
    const Reply made = create(
        R"j({"name":"items","description":"d","primary_key":["id"],"columns":[{"name":"id","type":"BIGINT","nullable":false},
            {"name":"odd \u00e9 name","type":"DECIMAL(12,2)","default":0.5,"description":"x"},{"name":"f","type":"BOOLEAN","default":true},
            {"name":"s","type":"VARCHAR","default":"'a;b'"}]})j");
    ASSERT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(made.header("location"), "/projects/p1/buckets/in_c_sales/tables/items");
    const auto job = fleet_.last<link::RewriteJob>();
    EXPECT_TRUE(job.base_file.empty());
    EXPECT_EQ(job.primary_key, Names{"id"});
    EXPECT_FALSE(job.columns[0].spec.nullable);
    EXPECT_EQ(job.columns[1].spec.default_expression, "5E-1");
    EXPECT_EQ(job.columns[2].spec.default_expression, "true");
    EXPECT_EQ(job.columns[3].spec.default_expression, "'a;b'");
    EXPECT_EQ(made.json().at("columns").at(1).at("description").as_string(), "x");
    EXPECT_EQ(made.json().at("bucket").as_string(), "in.c-sales");
    EXPECT_EQ(call("GET", "/projects/p1/buckets/in.c-sales/tables", key_).json().at("total").as_int64(), 2);
}

TEST_F(TableTest, TablesThatCannotBe) {
    const std::size_t jobs = fleet_.jobs().size();
    const std::vector<std::tuple<std::string, int, std::string>> cases{
        {R"({"name":"t","columns":[]})", 422, "validation_error"},
        {R"({"name":"../t","columns":[{"name":"a","type":"INT"}]})", 422, "validation_error"},
        {R"({"name":"t","columns":[{"name":"a\"b","type":"INT"}]})", 422, "validation_error"},
        {R"({"name":"t","columns":[{"name":"a","type":"INT); DROP TABLE x"}]})", 422, "validation_error"},
        {R"({"name":"t","columns":[{"name":"a","type":"INT","default":"1); DROP"}]})", 422, "validation_error"},
        {R"({"name":"t","columns":[{"name":"a","type":"INT","default":[1]}]})", 422, "validation_error"},
        {R"({"name":"t","columns":[{"name":"a","type":"INT"},{"name":"a","type":"INT"}]})", 422, "validation_error"},
        {R"({"name":"t","columns":[{"name":"a","type":"INT"}],"primary_key":["b"]})", 400, "column_not_found"},
        {R"({"name":"t","columns":[{"name":"a","type":"INT"}],"primary_key":["a","a"]})", 400, "invalid_primary_key"},
        {R"({"name":"orders","columns":[{"name":"a","type":"INT"}]})", 409, "table_exists"},
    };
    for (const auto& [body, status, error] : cases) {
        const Reply reply = create(body);
        EXPECT_EQ(reply.status, status) << body << reply.body;
        EXPECT_EQ(reply.error(), error) << body;
    }
    EXPECT_EQ(fleet_.jobs().size(), jobs);
}

TEST_F(TableTest, DescriptionsChangeWithoutANewVersion) {
    const std::size_t jobs = fleet_.jobs().size();
    const Reply reply = call("PATCH", kOrders, key_, R"({"description":"all","columns":{"id":"the id"}})");
    EXPECT_EQ(reply.json().at("description").as_string(), "all");
    EXPECT_EQ(reply.json().at("columns").at(0).at("description").as_string(), "the id");
    EXPECT_EQ(call("PATCH", kOrders, key_, R"({"columns":{"none":"x"}})").error(), "column_not_found");
    EXPECT_EQ(call("PATCH", kOrders, key_, R"({"columns":{"id":5}})").status, 422);
    EXPECT_EQ(fleet_.jobs().size(), jobs);
}

TEST_F(TableTest, ColumnsComeAndGo) {
    EXPECT_EQ(
        call("POST", kOrders + "/columns", key_, R"({"name":"n","type":"INTEGER","default":"1","description":"d"})")
            .status,
        201);
    EXPECT_EQ(names(), (Names{"id", "name", "n"}));
    const auto added = fleet_.last<link::RewriteJob>();
    EXPECT_EQ(added.columns[0].source, "\"id\"");
    EXPECT_EQ(added.columns[2].source, "");
    EXPECT_EQ(call("POST", kOrders + "/columns", key_, R"({"name":"n","type":"INTEGER"})").error(), "column_exists");
    EXPECT_EQ(call("POST", kOrders + "/columns", key_, R"({"name":"m","type":"INTEGER","nullable":false})").error(),
              "default_required");
    EXPECT_EQ(call("DELETE", kOrders + "/columns/n", key_).status, 200);
    EXPECT_EQ(call("DELETE", kOrders + "/columns/n", key_).error(), "column_not_found");
    EXPECT_EQ(call("DELETE", kOrders + "/columns/id", key_).error(), "column_in_primary_key");
    call("DELETE", kOrders + "/primary-key", key_);
    EXPECT_EQ(call("DELETE", kOrders + "/columns/name", key_).status, 200);
    EXPECT_EQ(call("DELETE", kOrders + "/columns/id", key_).error(), "cannot_drop_last_column");
}

TEST_F(TableTest, ColumnsAreAltered) {
    const Reply reply =
        call("PUT", kOrders + "/columns/id", key_, R"({"new_name":"key","new_type":"VARCHAR","set_default":"'x'"})");
    ASSERT_EQ(reply.status, 200) << reply.body;
    const auto job = fleet_.last<link::RewriteJob>();
    EXPECT_EQ(job.columns[0].source, "CAST(\"id\" AS VARCHAR)");
    EXPECT_EQ(job.columns[0].spec.default_expression, "'x'");
    EXPECT_EQ(job.primary_key, Names{"key"});
    EXPECT_EQ(names(), (Names{"key", "name"}));
    EXPECT_EQ(call("PUT", kOrders + "/columns/name", key_, R"({"set_not_null":true,"set_default":""})").status, 200);
    EXPECT_FALSE(fleet_.last<link::RewriteJob>().columns[1].spec.nullable);
    EXPECT_EQ(call("PUT", kOrders + "/columns/name", key_, "{}").error(), "no_changes_specified");
    EXPECT_EQ(call("PUT", kOrders + "/columns/name", key_, R"({"new_name":"key"})").error(), "column_exists");
    EXPECT_EQ(call("PUT", kOrders + "/columns/ghost", key_, R"({"new_name":"x"})").status, 404);
    EXPECT_EQ(call("PUT", kOrders + "/columns/key", key_, R"({"set_not_null":false})").error(),
              "column_in_primary_key");
    EXPECT_EQ(call("PUT", kOrders + "/columns/name", key_, R"({"new_type":"INT) --"})").status, 422);
}

TEST_F(TableTest, ThePrimaryKeyIsDroppedAndSet) {
    EXPECT_EQ(call("POST", kOrders + "/primary-key", key_, R"({"columns":["name"]})").error(), "primary_key_exists");
    EXPECT_EQ(call("DELETE", kOrders + "/primary-key", key_).status, 200);
    EXPECT_EQ(call("DELETE", kOrders + "/primary-key", key_).error(), "no_primary_key");
    EXPECT_EQ(call("POST", kOrders + "/primary-key", key_, R"({"columns":["ghost"]})").error(), "column_not_found");
    fleet_.on_job = [](const link::LoadJob&) { return Error{sqlstate::kUniqueViolation, "twice"}; };
    const Reply twice = call("POST", kOrders + "/primary-key", key_, R"({"columns":["name"]})");
    EXPECT_EQ(twice.status, 409);
    EXPECT_EQ(twice.error(), "duplicate_key");
    fleet_.on_job = nullptr;
    EXPECT_EQ(call("POST", kOrders + "/primary-key", key_, R"({"columns":["name"]})").status, 201);
}

TEST_F(TableTest, RowsAreDeletedByCondition) {
    const Reply reply = call("DELETE", kOrders + "/rows", key_, R"({"where_clause":"id > 1"})");
    ASSERT_EQ(reply.status, 200) << reply.body;
    EXPECT_EQ(reply.json().at("deleted_rows").as_int64(), 2);
    EXPECT_EQ(fleet_.last<link::RewriteJob>().delete_where, "id > 1");
    for (const char* where : {"1=1; DROP TABLE x", "1=1) OR (1=1", "a -- b", "", " "}) {
        EXPECT_GE(call("DELETE", kOrders + "/rows", key_, R"({"where_clause":")" + std::string(where) + R"("})").status,
                  400)
            << where;
    }
}

TEST_F(TableTest, PreviewsPickColumns) {
    const Reply reply = call("GET", kOrders + "/preview?limit=5&columns=name,%20id", key_);
    ASSERT_EQ(reply.status, 200) << reply.body;
    const auto job = fleet_.last<link::PreviewJob>();
    EXPECT_EQ(job.limit, 5U);
    EXPECT_EQ(job.columns, (Names{"name", "id"}));
    EXPECT_EQ(call("GET", kOrders + "/preview?columns=ghost", key_).error(), "column_not_found");
    EXPECT_EQ(call("GET", kOrders + "/preview?limit=10001", key_).status, 422);
}

// Another gateway may share the store: then a version is published between planning and publishing.
TEST_F(TableTest, AWriteThatCameTooLateIsPlannedAgain) {
    int attempts = 0;
    fleet_.on_job = [&](const link::LoadJob&) -> std::optional<Error> {
        if (++attempts > 1) return std::nullopt;
        const catalog::Table table = store_->table(ProjectId("p1"), "in_c_sales", "orders").value();
        const catalog::NewVersion other{
            .file = "versions/" + random_hex(8), .columns = table.columns, .primary_key = table.primary_key};
        EXPECT_TRUE(store_->publish_version(table.id, table.version, other));
        return std::nullopt;
    };
    EXPECT_EQ(call("DELETE", kOrders + "/primary-key", key_).status, 200);
    EXPECT_EQ(attempts, 2);
    attempts = 0;
    EXPECT_EQ(call("POST", kOrders + "/import?mode=append", key_, "id,name\n1,a\n").status, 200);
    EXPECT_EQ(attempts, 2);
}

TEST_F(TableTest, ADeletedTableIsGone) {
    EXPECT_EQ(call("DELETE", kOrders, key_).status, 204);
    EXPECT_EQ(call("GET", kOrders, key_).error(), "table_not_found");
    EXPECT_EQ(call("POST", kOrders + "/columns", key_, R"({"name":"n","type":"INT"})").error(), "table_not_found");
}

}  // namespace
}  // namespace smew::http
