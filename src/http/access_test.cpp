#include "http/test_server.hpp"

namespace smew::http {
namespace {

class AccessTest : public ServerTest {
protected:
    // The pattern with something that fits its places. Only the project is real, if it is.
    static std::string target(const Route& route, const std::string& project) {
        std::string text(route.pattern);
        for (std::size_t open = text.find('{'); open != std::string::npos; open = text.find('{')) {
            const std::size_t close = text.find('}', open);
            const std::string name = text.substr(open + 1, close - open - 1);
            text.replace(open, close - open + 1, name == "project" ? project : "in_c_ghost");
        }
        return text;
    }
    static bool refused(const Reply& reply) { return reply.status == 401 || reply.status == 403; }
    static bool removes_project(const Route& route) { return route.id == "deleteProject"; }
};

class ThrottleTest : public ServerTest {
    void configure(config::Settings& settings) override { settings.auth_failure_limit = 3; }
};

TEST_F(AccessTest, WithoutAKeyOnlyPublicRoutesAnswer) {
    make_project();
    for (const Route& route : route_table()) {
        for (const char* project : {"p1", "ghost"}) {
            const Reply reply = call(std::string(route.method), target(route, project), "");
            if (route.access == Access::kPublic) {
                EXPECT_FALSE(refused(reply)) << route.id;
                continue;
            }
            EXPECT_EQ(reply.status, 401) << route.id;
            EXPECT_EQ(reply.error(), "unauthorized") << route.id;
            EXPECT_EQ(reply.header("www-authenticate"), "Bearer realm=\"smew\"") << route.id;
        }
    }
}

TEST_F(AccessTest, AWrongKeyOpensNothing) {
    const std::string key = make_project();
    std::string forged = key;
    forged.back() = forged.back() == 'x' ? 'y' : 'x';
    for (const Route& route : route_table()) {
        if (route.access == Access::kPublic) continue;
        for (const std::string& wrong : {std::string("nonsense"), forged, std::string(5000, 'k')}) {
            EXPECT_EQ(call(std::string(route.method), target(route, "p1"), wrong).status, 401) << route.id;
        }
    }
}

TEST_F(AccessTest, AnotherProjectsKeyLearnsNothing) {
    make_project("p1");
    const std::string other = make_project("p2");
    for (const Route& route : route_table()) {
        if (route.access == Access::kPublic || route.access == Access::kAnyone) continue;
        const Reply real = call(std::string(route.method), target(route, "p1"), other);
        const Reply ghost = call(std::string(route.method), target(route, "ghost"), other);
        EXPECT_EQ(real.status, 403) << route.id;
        EXPECT_EQ(ghost.status, 403) << route.id;
        EXPECT_EQ(real.json().at("message"), ghost.json().at("message")) << route.id;
    }
}

TEST_F(AccessTest, AReadKeyReads) {
    const std::string read = make_read_key("p1", make_project());
    for (const Route& route : route_table()) {
        if (route.access == Access::kPublic) continue;
        const Reply reply = call(std::string(route.method), target(route, "p1"), read);
        if (route.access == Access::kProjectRead || route.access == Access::kWorkspace ||
            route.access == Access::kAnyone)
            EXPECT_FALSE(refused(reply)) << route.id;
        else
            EXPECT_EQ(reply.status, 403) << route.id;
    }
}

TEST_F(AccessTest, AProjectsAdminKeyDoesAllInItsProject) {
    const std::string key = make_project();
    for (const Route& route : route_table()) {
        if (route.access == Access::kPublic || removes_project(route)) continue;
        const Reply reply = call(std::string(route.method), target(route, "p1"), key);
        if (route.access == Access::kAdmin)
            EXPECT_EQ(reply.status, 403) << route.id;
        else
            EXPECT_FALSE(refused(reply)) << route.id;
    }
    EXPECT_EQ(call("DELETE", "/projects/p1", key).status, 204);
    EXPECT_EQ(call("GET", "/projects/p1", key).status, 401);  // the key went with it
}

TEST_F(AccessTest, TheAdminKeyOpensEverything) {
    make_project();
    for (const Route& route : route_table()) {
        const Reply reply = call(std::string(route.method), target(route, "ghost"), admin());
        EXPECT_FALSE(refused(reply)) << route.id;
        // This server has no profiler, and says so.
        EXPECT_TRUE(reply.status < 500 || reply.status == 501) << route.id << reply.body;
    }
}

TEST_F(AccessTest, RevokedAndExpiredKeysAreUnknown) {
    const std::string key = make_project();
    const Reply made = call("POST", "/projects/p1/api-keys", key, R"({"description":"x","expires_in_days":1})");
    const std::string second(made.json().at("api_key").as_string());
    EXPECT_EQ(call("GET", "/projects/p1", second).status, 200);
    EXPECT_EQ(call("GET", "/projects/p1", key).status, 200);  // both live side by side
    clock_.advance(std::chrono::hours(25));
    EXPECT_EQ(call("GET", "/projects/p1", second).status, 401);
    const std::string id = auth::key_id_of(key)->value();
    const Reply rotated = call("POST", "/projects/p1/api-keys/" + id + "/rotate", key);
    ASSERT_EQ(rotated.status, 201);
    EXPECT_EQ(call("GET", "/projects/p1", key).status, 401);
    EXPECT_EQ(call("GET", "/projects/p1", std::string(rotated.json().at("api_key").as_string())).status, 200);
}

TEST_F(AccessTest, TheLastAdminKeyStays) {
    const std::string key = make_project();
    make_read_key("p1", key);
    const boost::json::value listed = call("GET", "/projects/p1/api-keys", key).json();
    for (const auto& entry : listed.at("api_keys").as_array()) {
        if (entry.at("scope") != "project_admin") continue;
        const Reply reply = call("DELETE", "/projects/p1/api-keys/" + std::string(entry.at("id").as_string()), key);
        EXPECT_EQ(reply.status, 400);
        EXPECT_EQ(reply.error(), "cannot_revoke_last_admin_key");
    }
}

TEST_F(AccessTest, OtherSchemesAreNotUnderstood) {
    make_project();
    for (const char* header : {"Basic YWRtaW46eA==", "Bearer", "Bearer ", "test-admin-key", "BearerX test-admin-key"}) {
        EXPECT_EQ(call("GET", "/projects", "", "", {{"Authorization", header}}).status, 401) << header;
    }
    EXPECT_EQ(call("GET", "/projects", "", "", {{"Authorization", "bearer   test-admin-key"}}).status, 200);
}

TEST_F(ThrottleTest, ManyWrongKeysAreNotLookedAtAnyMore) {
    const std::string key = make_project();
    Reply reply;
    for (int i = 0; i < 4; ++i) reply = call("GET", "/projects", "guess");
    EXPECT_EQ(reply.status, 429);
    EXPECT_FALSE(reply.header("retry-after").empty());
    EXPECT_EQ(call("GET", "/projects", admin()).status, 429);  // it might have been a lucky guess
    EXPECT_EQ(call("GET", "/projects/p1", key).status, 200);   // nobody guesses one of these
    clock_.advance(settings_.auth_ban_seconds + std::chrono::seconds(61));
    EXPECT_EQ(call("GET", "/projects", admin()).status, 200);
}

}  // namespace
}  // namespace smew::http
