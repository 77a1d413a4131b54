#include "http/test_server.hpp"

namespace smew::http {
namespace {

class ProjectTest : public ServerTest {};

TEST_F(ProjectTest, AProjectsLife) {
    const Reply made =
        call("POST", "/projects", admin(), R"({"id":"p1","name":"One","description":"d","settings":{"a":[1]}})");
    ASSERT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(made.header("location"), "/projects/p1");
    const std::string key(made.json().at("api_key").as_string());
    const Reply got = call("GET", "/projects/p1", key);
    EXPECT_FALSE(got.json().as_object().contains("api_key"));
    EXPECT_EQ(got.json().at("settings").at("a").at(0).as_int64(), 1);
    EXPECT_EQ(call("POST", "/projects", admin(), R"({"id":"p1"})").error(), "project_exists");
    EXPECT_EQ(call("PATCH", "/projects/p1", key, R"({"name":"Two"})").json().at("name").as_string(), "Two");
    const Reply put = call("PUT", "/projects/p1", key, R"({"settings":{"b":2}})");
    EXPECT_EQ(put.json().at("name").as_string(), "Two");
    EXPECT_FALSE(put.json().at("settings").as_object().contains("a"));
    EXPECT_EQ(call("GET", "/projects?limit=1", admin()).json().at("total").as_int64(), 1);
    EXPECT_EQ(call("GET", "/projects/p1/stats", key).json().at("table_count").as_int64(), 0);
    EXPECT_EQ(call("DELETE", "/projects/p1", key).status, 204);
    EXPECT_EQ(call("GET", "/projects/p1", admin()).error(), "project_not_found");
}

TEST_F(ProjectTest, DeletingTakesTheFilesAndWorkersAlong) {
    const std::string key = make_project();
    make_orders(key);
    ASSERT_EQ(call("POST", "/projects/p1/workspaces", key, R"({"name":"w"})").status, 201);
    const std::int64_t number = store_->project(ProjectId("p1"))->number;
    EXPECT_TRUE(std::filesystem::exists(layout_->versions_dir(number)));
    EXPECT_EQ(call("DELETE", "/projects/p1", admin()).status, 204);
    EXPECT_FALSE(std::filesystem::exists(layout_->versions_dir(number)));
    EXPECT_FALSE(fleet_.ended().empty());
}

TEST_F(ProjectTest, BodiesAreChecked) {
    const std::vector<std::tuple<std::string, int, std::string>> cases{
        {"", 422, "id"},
        {"not json", 400, ""},
        {"[1]", 422, "body"},
        {R"({"id":1})", 422, "id"},
        {R"({"id":""})", 422, "id"},
        {R"({"id":"../x"})", 422, "id"},
        {R"({"id":"a b"})", 422, "id"},
        {R"({"id":"x","unknown":1})", 422, "unknown"},
        {R"({"id":"x","settings":"s"})", 422, "settings"},
        {R"({"id":"x","settings":)" + std::string(100, '[') + std::string(100, ']') + "}", 400, ""},
        {"{\"id\":\"\xff\"}", 400, ""},
    };
    for (const auto& [body, status, field] : cases) {
        const Reply reply = call("POST", "/projects", admin(), body);
        EXPECT_EQ(reply.status, status) << body;
        if (field.empty()) continue;
        EXPECT_EQ(reply.error(), "validation_error") << body;
        EXPECT_EQ(reply.json().at("details").at("errors").at(0).at("field").as_string(), field) << body;
    }
}

TEST_F(ProjectTest, ProblemsAreRfc9457AndMore) {
    const Reply reply = call("GET", "/projects/ghost", admin(), "", {{"X-Request-ID", "r1"}});
    const boost::json::value body = reply.json();
    EXPECT_EQ(body.at("type").as_string(), "urn:smew:problem:project_not_found");
    EXPECT_EQ(body.at("title").as_string(), "Not Found");
    EXPECT_EQ(body.at("status").as_int64(), 404);
    EXPECT_EQ(body.at("instance").as_string(), "/projects/ghost");
    EXPECT_EQ(body.at("error").as_string(), "project_not_found");
    EXPECT_EQ(body.at("message"), body.at("detail"));
    EXPECT_TRUE(body.at("details").is_object());
    EXPECT_EQ(body.at("request_id").as_string(), "r1");
}

TEST_F(ProjectTest, BucketsHaveTwoNames) {
    const std::string key = make_project();
    const Reply made = call("POST", "/projects/p1/buckets", key, R"({"name":"in.c-sales","description":"s"})");
    ASSERT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(made.json().at("schema").as_string(), "in_c_sales");
    for (const char* path :
         {"/projects/p1/buckets/in.c-sales", "/projects/p1/buckets/in_c_sales",
          "/projects/p1/branches/default/buckets/in.c-sales", "/api/v1/projects/p1/buckets/in.c-sales",
          "/api/v1/projects/p1/branches/default/buckets/in_c_sales"}) {
        EXPECT_EQ(call("GET", path, key).json().at("name").as_string(), "in.c-sales") << path;
    }
    EXPECT_EQ(call("GET", "/projects/p1/branches/dev/buckets", key).error(), "branch_not_found");
    EXPECT_EQ(call("POST", "/projects/p1/buckets", key, R"({"name":"in_c_sales"})").error(), "bucket_exists");
    EXPECT_GT(fleet_.changes(), 0);
    EXPECT_EQ(call("GET", "/projects/p1/buckets", key).json().at("total").as_int64(), 1);
    EXPECT_EQ(call("DELETE", "/projects/p1/buckets/in.c-sales", key).status, 204);
    EXPECT_EQ(call("GET", "/projects/p1/buckets/in.c-sales", key).error(), "bucket_not_found");
}

TEST_F(ProjectTest, NamesThatWouldBePathsAreNone) {
    const std::string key = make_project();
    for (const char* name : {"../p2", "in.c-../x", "..", "in.c-a/b", "main", "in.c-", "in.c-ä", "in.c-a\\u0000b"}) {
        const Reply reply = call("POST", "/projects/p1/buckets", key, R"({"name":")" + std::string(name) + R"("})");
        EXPECT_GE(reply.status, 400) << name;
        EXPECT_LT(reply.status, 500) << name;
    }
    for (const char* path :
         {"/projects/..%2F..%2Fetc", "/projects/p1/buckets/..%2F..%2Fx", "/projects/p1/buckets/%2e%2e/tables",
          "/projects/p1/files/..%2F..%2Fmetadata.sqlite/download", "/projects/p1/workspaces/..%2F1",
          "/../../etc/passwd", "/docs/../metrics"}) {
        const Reply reply = call("GET", path, admin());
        EXPECT_GE(reply.status, 400) << path;
        EXPECT_LT(reply.status, 500) << path;
    }
}

TEST_F(ProjectTest, ABucketWithTablesIsDeletedOnlyOnPurpose) {
    const std::string key = make_project();
    make_orders(key);
    EXPECT_EQ(call("DELETE", "/projects/p1/buckets/in.c-sales?cascade=false", key).error(), "bucket_not_empty");
    EXPECT_EQ(call("DELETE", "/projects/p1/buckets/in.c-sales", key).status, 204);
}

TEST_F(ProjectTest, ServicePages) {
    EXPECT_EQ(call("GET", "/", "").json().at("version").as_string(), "1.2.3");
    EXPECT_EQ(call("GET", "/health", "").json().at("status").as_string(), "healthy");
    EXPECT_EQ(call("GET", "/health/ready", "").status, 200);
    server_->set_ready(false);
    EXPECT_EQ(call("GET", "/health/ready", "").status, 503);
    EXPECT_EQ(call("GET", "/health/live", "").status, 200);
    make_project();
    EXPECT_NE(call("GET", "/metrics", "").body.find("duckdb_api_requests_total"), std::string::npos);
    EXPECT_EQ(call("GET", "/openapi.json", "").json().at("info").at("version").as_string(), "1.2.3");
    const Reply docs = call("GET", "/docs", "");
    EXPECT_NE(docs.header("content-security-policy").find("default-src 'none'"), std::string::npos);
    for (const Route& route : route_table()) {
        EXPECT_NE(docs.body.find("id=\"" + std::string(route.id) + "\""), std::string::npos) << route.id;
    }
    EXPECT_EQ(docs.body.find("<script"), std::string::npos);
    EXPECT_EQ(docs.body.find("src="), std::string::npos);
}

}  // namespace
}  // namespace smew::http
