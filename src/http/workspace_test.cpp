#include "auth/scram.hpp"
#include "http/test_server.hpp"

#include <fstream>

namespace smew::http {
namespace {

class WorkspaceTest : public ServerTest {
protected:
    void SetUp() override {
        ServerTest::SetUp();
        key_ = make_project();
        make_orders(key_);
    }
    boost::json::value make(const std::string& body = R"({"name":"w"})") {
        const Reply reply = call("POST", kAll, key_, body);
        EXPECT_EQ(reply.status, 201) << reply.body;
        return reply.json();
    }
    std::string path(const boost::json::value& workspace) {
        return kAll + "/" + std::string(workspace.at("id").as_string());
    }
    catalog::Workspace row(const boost::json::value& workspace) {
        return store_->workspace(ProjectId("p1"), WorkspaceId(std::string(workspace.at("id").as_string()))).value();
    }
    // As if a client had been there.
    void open(const boost::json::value& workspace) {
        std::ofstream(layout_->workspace_file(row(workspace).number)) << "database";
    }
    fleet::SessionInfo session(const boost::json::value& workspace, const std::string& id) {
        return {.id = SessionId(id),
                .workspace = row(workspace).id,
                .project = ProjectId("p1"),
                .user = "u",
                .client_address = "192.0.2.1",
                .application_name = "psql",
                .client_port = 4711,
                .connected_at = clock_.now()};
    }
    static fleet::Rows one(std::vector<std::optional<std::string>> row) {
        return {.columns = {}, .rows = {std::move(row)}, .tag = {}};
    }

    const std::string kAll = "/projects/p1/workspaces";
    std::string key_;
};

class FewWorkspacesTest : public WorkspaceTest {
    void configure(config::Settings& settings) override {
        settings.workspace_max_per_project = 1;
        settings.public_host = "db.example.org";
    }
};

TEST_F(WorkspaceTest, CreationTellsHowToConnect) {
    const boost::json::value made = make(R"({"name":"w","ttl_hours":2,"size_limit_gb":3,"memory_limit":"512MB"})");
    const std::string id(made.at("id").as_string());
    EXPECT_EQ(id.size(), 8U);
    const boost::json::value& connection = made.at("connection");
    EXPECT_EQ(connection.at("host").as_string(), "127.0.0.1");
    EXPECT_EQ(connection.at("port").as_int64(), 5432);
    EXPECT_EQ(connection.at("database").as_string(), "workspace_" + id);
    EXPECT_EQ(connection.at("ssl_mode").as_string(), "prefer");
    const std::string user(connection.at("username").as_string()), password(connection.at("password").as_string());
    EXPECT_TRUE(user.starts_with("ws_" + id + "_"));
    EXPECT_EQ(user.size(), 3U + 8 + 1 + 8);
    EXPECT_EQ(password.size(), 32U);
    EXPECT_EQ(connection.at("connection_string").as_string(),
              "postgresql://" + user + ":" + password + "@127.0.0.1:5432/workspace_" + id + "?sslmode=prefer");
    const catalog::Workspace stored = row(made);
    EXPECT_EQ(stored.verifier.find(password), std::string::npos);
    EXPECT_TRUE(auth::ScramVerifier::parse(stored.verifier));
    EXPECT_EQ(stored.memory_limit, Bytes{512'000'000});
    EXPECT_EQ(stored.size_limit, Bytes{3ULL << 30U});
    EXPECT_EQ(stored.expires_at, clock_.now() + std::chrono::hours(2));
    const Reply again = call("GET", path(made), key_);
    EXPECT_TRUE(again.json().at("connection").at("password").is_null());
    EXPECT_TRUE(again.json().at("connection").at("connection_string").is_null());
    EXPECT_EQ(call("GET", kAll, key_).body.find(password), std::string::npos);
}

TEST_F(WorkspaceTest, DefaultsComeFromTheSettings) {
    const boost::json::value made = make();
    EXPECT_EQ(made.at("size_limit_gb").as_int64(), 10);
    EXPECT_EQ(made.at("memory_limit").as_string(), "4GB");
    EXPECT_EQ(row(made).expires_at, clock_.now() + std::chrono::hours(24));
}

TEST_F(WorkspaceTest, WishesAreChecked) {
    const std::vector<std::pair<std::string, std::string>> cases{
        {R"({})", "name"},
        {R"({"name":""})", "name"},
        {R"({"name":"w","ttl_hours":0})", "ttl_hours"},
        {R"({"name":"w","ttl_hours":169})", "ttl_hours"},
        {R"({"name":"w","size_limit_gb":0})", "size_limit_gb"},
        {R"({"name":"w","memory_limit":"lots"})", "memory_limit"},
        {R"({"name":"w","memory_limit":"1MB"})", "memory_limit"},
        {R"({"name":"w","memory_limit":"900TB"})", "memory_limit"},
        {R"({"name":"w","preload_tables":[1]})", "preload_tables[0]"},
    };
    for (const auto& [body, field] : cases) {
        const Reply reply = call("POST", kAll, key_, body);
        EXPECT_EQ(reply.status, 422) << body;
        EXPECT_EQ(reply.json().at("details").at("errors").at(0).at("field").as_string(), field) << body;
    }
    EXPECT_TRUE(store_->workspaces(ProjectId("p1"))->empty());
}

TEST_F(FewWorkspacesTest, AProjectHasOnlySoMany) {
    const boost::json::value made = make();
    EXPECT_EQ(made.at("connection").at("host").as_string(), "db.example.org");
    EXPECT_EQ(call("POST", kAll, key_, R"({"name":"w"})").error(), "workspace_limit_reached");
    clock_.advance(std::chrono::hours(25));
    EXPECT_EQ(call("POST", kAll, key_, R"({"name":"w"})").status, 201);  // the expired one does not count
}

TEST_F(WorkspaceTest, DetailsTellWhatIsInIt) {
    const boost::json::value made = make();
    EXPECT_EQ(call("GET", path(made), key_).json().at("workspace_objects").as_array().size(), 0U);
    EXPECT_TRUE(fleet_.statements().empty());  // never opened: nobody was woken
    open(made);
    fleet_.connected = {session(made, "sess_1")};
    fleet_.answer = [](std::string_view sql) -> Result<fleet::Rows> {
        if (sql.find("information_schema") == std::string_view::npos) return one({"a \"b\"", "7"});
        return fleet::Rows{.columns = {}, .rows = {{"a \"b\"", "BASE TABLE"}, {"v", "VIEW"}}, .tag = {}};
    };
    const boost::json::value detail = call("GET", path(made), key_).json();
    EXPECT_EQ(detail.at("active_sessions").as_int64(), 1);
    EXPECT_EQ(detail.at("attached_tables").at(0).at("schema").as_string(), "in_c_sales");
    EXPECT_EQ(detail.at("attached_tables").at(0).at("rows").as_int64(), 3);
    EXPECT_EQ(detail.at("workspace_objects").at(0).at("rows").as_int64(), 7);
    EXPECT_EQ(detail.at("workspace_objects").at(1).at("type").as_string(), "view");
    EXPECT_TRUE(detail.at("workspace_objects").at(1).at("rows").is_null());
    EXPECT_EQ(fleet_.statements().back(), R"(SELECT 'a "b"', count(*) FROM main."a ""b""")");
    fleet_.answer = [](std::string_view) -> Result<fleet::Rows> { return Error{sqlstate::kOutOfMemory, "full"}; };
    EXPECT_TRUE(call("GET", path(made), key_).json().at("workspace_objects").is_null());
}

TEST_F(WorkspaceTest, TimeAndLimitsAreChanged) {
    const boost::json::value made = make();
    const Reply longer =
        call("PATCH", path(made), key_, R"({"name":"x","ttl_hours":48,"memory_limit":"1GB","size_limit_gb":2})");
    ASSERT_EQ(longer.status, 200) << longer.body;
    EXPECT_EQ(longer.json().at("name").as_string(), "x");
    EXPECT_EQ(row(made).expires_at, clock_.now() + std::chrono::hours(48));
    EXPECT_EQ(fleet_.limited->memory_limit.count, 1'000'000'000U);
    EXPECT_EQ(fleet_.limited->size_limit.count, 2ULL << 30U);
    const std::string end = to_iso8601(clock_.now() + std::chrono::hours(5));
    EXPECT_EQ(call("PATCH", path(made), key_, R"({"expires_at":")" + end + R"("})").json().at("expires_at").as_string(),
              end);
    for (const char* body : {R"({"expires_at":"2001-01-01T00:00:00Z"})", R"({"expires_at":"2999-01-01T00:00:00Z"})",
                             R"({"expires_at":"tomorrow, as it were"})", R"({"ttl_hours":500})",
                             R"({"ttl_hours":1,"expires_at":"2027-01-15T09:00:00Z"})"}) {
        EXPECT_EQ(call("PATCH", path(made), key_, body).status, 422) << body;
    }
}

TEST_F(WorkspaceTest, AnExpiredOneIsGoneButCanBeDeleted) {
    const boost::json::value made = make();
    clock_.advance(std::chrono::hours(25));
    for (const auto& [method, rest] : std::vector<std::pair<std::string, std::string>>{{"GET", ""},
                                                                                       {"PATCH", ""},
                                                                                       {"POST", "/clear"},
                                                                                       {"POST", "/credentials/reset"},
                                                                                       {"DELETE", "/objects/t"}}) {
        const Reply reply = call(method, path(made) + rest, key_, method == "PATCH" ? "{}" : "");
        EXPECT_EQ(reply.status, 410) << method << rest;
        EXPECT_EQ(reply.error(), "workspace_expired") << method << rest;
    }
    EXPECT_EQ(call("GET", kAll, key_).json().at("workspaces").at(0).at("status").as_string(), "expired");
    EXPECT_EQ(call("DELETE", path(made), key_).status, 204);
    EXPECT_EQ(call("GET", path(made), key_).error(), "workspace_not_found");
}

TEST_F(WorkspaceTest, DeletingEndsTheWorkerAndTakesTheFiles) {
    const boost::json::value made = make();
    open(made);
    const auto directory = layout_->workspace_dir(row(made).number);
    EXPECT_EQ(call("DELETE", path(made), key_).status, 204);
    EXPECT_FALSE(std::filesystem::exists(directory));
    EXPECT_EQ(fleet_.ended().front(), "worker " + std::to_string(static_cast<int>(CancelReason::kExpired)));
}

TEST_F(WorkspaceTest, ANewPasswordEndsSessions) {
    const boost::json::value made = make();
    const std::string before = row(made).verifier;
    const Reply reset = call("POST", path(made) + "/credentials/reset", key_);
    ASSERT_EQ(reset.status, 200) << reset.body;
    EXPECT_EQ(reset.json().at("password").as_string().size(), 32U);
    EXPECT_NE(reset.json().at("password"), made.at("connection").at("password"));
    EXPECT_EQ(reset.json().at("username"), made.at("connection").at("username"));
    EXPECT_NE(row(made).verifier, before);
    EXPECT_EQ(fleet_.ended().back(), "sessions " + std::to_string(static_cast<int>(CancelReason::kCredentialsReset)));
}

TEST_F(WorkspaceTest, LoadsBecomeOneStatementEach) {
    const boost::json::value made = make();
    fleet_.answer = [](std::string_view sql) -> Result<fleet::Rows> {
        return sql.starts_with("SELECT count") ? one({"42"}) : fleet::Rows{};
    };
    const Reply reply =
        call("POST", path(made) + "/load", key_,
             R"({"tables":[{"source":"in.c-sales.orders","columns":["id"],"where":"id > 1 AND name = 'x''y'"},
                                 {"source":"in_c_sales.orders","destination":"copy"},{"source":"in.c-sales.ghost"}]})");
    ASSERT_EQ(reply.status, 200) << reply.body;
    EXPECT_EQ(reply.json().at("loaded").as_array().size(), 2U);
    EXPECT_EQ(reply.json().at("loaded").at(0).at("rows").as_int64(), 42);
    EXPECT_EQ(reply.json().at("failed").at(0).at("error").as_string(), "table_not_found");
    EXPECT_EQ(fleet_.statements().at(0),
              "CREATE OR REPLACE TABLE main.\"orders\" AS SELECT \"id\" FROM "
              "\"in_c_sales\".\"orders\" WHERE (id > 1 AND name = 'x''y')");
    EXPECT_EQ(fleet_.statements().at(2),
              "CREATE OR REPLACE TABLE main.\"copy\" AS SELECT * FROM \"in_c_sales\".\"orders\"");
}

TEST_F(WorkspaceTest, LoadsThatTryToSaySomethingElse) {
    const boost::json::value made = make();
    const std::vector<std::pair<std::string, std::string>> cases{
        {R"({"source":"in.c-sales.orders","where":"1=1) UNION ALL SELECT content FROM read_text('/etc/hostname') --"})",
         "syntax_error"},
        {R"({"source":"in.c-sales.orders","where":"1=1; DROP TABLE x"})", "syntax_error"},
        {R"({"source":"in.c-sales.orders","columns":["id\" FROM x --"]})", "column_not_found"},
        {R"({"source":"in.c-sales.orders","destination":"a\" AS SELECT 1 --"})", "invalid_name"},
        {R"({"source":"main.secrets"})", "invalid_name"},
        {R"({"source":"orders"})", "invalid_name"},
        {R"({"source":"in.c-sales.ghost"})", "table_not_found"},
    };
    for (const auto& [item, error] : cases) {
        const Reply reply = call("POST", path(made) + "/load", key_, R"({"tables":[)" + item + "]}");
        EXPECT_GE(reply.status, 400) << item;
        EXPECT_LT(reply.status, 500) << item;
        EXPECT_EQ(reply.error(), error) << item;
        EXPECT_EQ(reply.json().at("details").at("failed").as_array().size(), 1U);
    }
    EXPECT_TRUE(fleet_.statements().empty());
}

TEST_F(WorkspaceTest, PreloadedTablesAreThereOrNothingIs) {
    make(R"({"name":"w","preload_tables":["in.c-sales.orders"]})");
    EXPECT_EQ(fleet_.statements().front(),
              "CREATE OR REPLACE TABLE main.\"orders\" AS SELECT * FROM \"in_c_sales\".\"orders\"");
    fleet_.answer = [](std::string_view) -> Result<fleet::Rows> { return Error{sqlstate::kDiskFull, "full"}; };
    EXPECT_EQ(call("POST", kAll, key_, R"({"name":"w","preload_tables":["in.c-sales.orders"]})").status, 507);
    EXPECT_EQ(call("POST", kAll, key_, R"({"name":"w","preload_tables":["in.c-sales.ghost"]})").status, 404);
    EXPECT_EQ(store_->workspaces(ProjectId("p1"))->size(), 1U);
}

TEST_F(WorkspaceTest, ObjectsAreDroppedInAnOrderThatWorks) {
    const boost::json::value made = make();
    open(made);
    std::vector<std::string> dropped;
    fleet_.answer = [&](std::string_view sql) -> Result<fleet::Rows> {
        if (sql.find("information_schema") != std::string_view::npos) {
            return fleet::Rows{
                .columns = {}, .rows = {{"parent", "BASE TABLE"}, {"child", "BASE TABLE"}, {"v", "VIEW"}}, .tag = {}};
        }
        const bool needed = sql.find("parent") != std::string_view::npos &&
                            std::find(dropped.begin(), dropped.end(), "DROP TABLE main.\"child\"") == dropped.end();
        if (needed) return Error{sqlstate::kDependentObjectsStillExist, "child needs it"};
        dropped.emplace_back(sql);
        return fleet::Rows{};
    };
    EXPECT_EQ(call("POST", path(made) + "/clear", key_).status, 204);
    EXPECT_EQ(dropped, (std::vector<std::string>{"DROP VIEW main.\"v\"", "DROP TABLE main.\"child\"",
                                                 "DROP TABLE main.\"parent\""}));
    EXPECT_EQ(call("DELETE", path(made) + "/objects/child", key_).status, 204);
    EXPECT_EQ(call("DELETE", path(made) + "/objects/ghost", key_).error(), "object_not_found");
}

TEST_F(WorkspaceTest, SessionsAreListedAndEnded) {
    const boost::json::value made = make();
    fleet_.connected = {session(made, "sess_1"), session(made, "sess_2"), session(made, "sess_3")};
    const boost::json::value listed = call("GET", path(made) + "/sessions", key_).json();
    EXPECT_EQ(listed.at("count").as_int64(), 3);
    EXPECT_EQ(listed.at("sessions").at(0).at("client_ip").as_string(), "192.0.2.1");
    EXPECT_EQ(call("DELETE", path(made) + "/sessions/sess_1", key_).body,
              R"({"message":"Session disconnected","session_id":"sess_1"})");
    EXPECT_EQ(call("DELETE", path(made) + "/sessions/sess_1", key_).error(), "session_not_found");
    EXPECT_EQ(call("POST", path(made) + "/disconnect-all", key_).body,
              R"({"message":"All sessions disconnected","count":2})");
    EXPECT_EQ(fleet_.ended().back(), "sessions " + std::to_string(static_cast<int>(CancelReason::kAdmin)));
    EXPECT_EQ(call("POST", path(made) + "/disconnect-all", make_read_key("p1", key_)).status, 403);
}

TEST_F(WorkspaceTest, BehindAWildcardTheRequestsHostIsTold) {
    server_->set_pg_address("0.0.0.0:15432");
    const auto host = [&](const std::string& header) {
        RawClient client(port_);
        client.send("GET " + kAll + " HTTP/1.1\r\nHost: " + header + "\r\nAuthorization: Bearer " + key_ + "\r\n\r\n");
        const boost::json::value reply = client.receive()->json();
        return std::string(reply.at("workspaces").at(0).at("connection").at("host").as_string());
    };
    make();
    EXPECT_EQ(host("warehouse.example.org:8000"), "warehouse.example.org");
    EXPECT_EQ(host("[2001:db8::1]:8000"), "2001:db8::1");
    EXPECT_EQ(host("evil\"><script>"), "localhost");
}

}  // namespace
}  // namespace smew::http
