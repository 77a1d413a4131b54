// HTTP itself: framing, keep-alive, limits, broken peers.

#include "http/test_server.hpp"

namespace smew::http {
namespace {

class ProtocolTest : public ServerTest {
protected:
    void configure(config::Settings& settings) override {
        settings.http_max_json_bytes = Bytes{10'000};
        settings.http_idle_timeout_seconds = std::chrono::seconds(1);
    }

    std::optional<Reply> raw(std::string_view text) {
        RawClient client(port_);
        client.send(text);
        return client.receive();
    }
};

TEST_F(ProtocolTest, AConnectionServesManyRequests) {
    RawClient client(port_);
    for (int i = 0; i < 20; ++i) {
        client.send(request_text("GET", "/health", "", ""));
        EXPECT_EQ(client.receive()->status, 200);
    }
    client.send(request_text("GET", "/health/live", "", "") + request_text("GET", "/nothing", "", ""));  // pipelined
    EXPECT_EQ(client.receive()->status, 200);
    EXPECT_EQ(client.receive()->status, 404);
    client.send(request_text("GET", "/", "", "", {{"Connection", "close"}}));
    EXPECT_EQ(client.receive()->header("connection"), "close");
    EXPECT_TRUE(client.at_end());
}

TEST_F(ProtocolTest, HttpOneZeroClosesUnlessAskedNotTo) {
    RawClient client(port_);
    client.send("GET /health HTTP/1.0\r\n\r\n");
    EXPECT_EQ(client.receive()->status, 200);
    EXPECT_TRUE(client.at_end());
}

TEST_F(ProtocolTest, HeadHasTheHeadersAlone) {
    RawClient client(port_);
    client.send(request_text("HEAD", "/health/live", "", ""));
    const Reply head = client.receive(true).value();
    client.send(request_text("GET", "/health/live", "", ""));
    const Reply get = client.receive().value();
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.header("content-length"), get.header("content-length"));
}

TEST_F(ProtocolTest, MethodsThePathDoesNotHave) {
    const Reply reply = call("PATCH", "/projects", "");
    EXPECT_EQ(reply.status, 405);
    EXPECT_EQ(reply.header("allow"), "POST, GET");
    const Reply options = call("OPTIONS", "/projects", "");
    EXPECT_EQ(options.status, 204);
    EXPECT_EQ(options.header("allow"), "POST, GET, OPTIONS");
    EXPECT_EQ(call("BREW", "/coffee", "").status, 404);
}

TEST_F(ProtocolTest, BrokenRequestsGetAnAnswerAndAClosedConnection) {
    for (const char* text : {"GARBAGE\r\n\r\n", "GET / HTTP/2.0\r\n\r\n", "GET / HTTP/1.1\r\nBad Header: x\r\n\r\n",
                             "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                             "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
                             "POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                             "GET / HTTP/1.1\r\nX: a\x01z\r\n\r\n", "\r\n \r\n\r\n"}) {
        RawClient client(port_);
        client.send(text);
        const std::optional<Reply> reply = client.receive();
        ASSERT_TRUE(reply) << text;
        EXPECT_EQ(reply->status, 400) << text;
        EXPECT_EQ(reply->error(), "malformed_request") << text;
        EXPECT_TRUE(client.at_end()) << text;
    }
    EXPECT_EQ(call("GET", "/health", "").status, 200);
}

TEST_F(ProtocolTest, TargetsThatAreNoPaths) {
    for (const char* target : {"*", "http://host/health", "health", "/%00", "/%ff", "/a%2"}) {
        EXPECT_EQ(raw("GET " + std::string(target) + " HTTP/1.1\r\nHost: x\r\n\r\n")->status, 400) << target;
    }
}

TEST_F(ProtocolTest, HeadersAreLimited) {
    const Reply reply = raw("GET / HTTP/1.1\r\nX: " + std::string(40'000, 'x') + "\r\n\r\n").value();
    EXPECT_EQ(reply.status, 431);
    EXPECT_EQ(raw("GET /" + std::string(40'000, 'x') + " HTTP/1.1\r\n\r\n")->status, 431);
}

TEST_F(ProtocolTest, JsonBodiesAreLimited) {
    const std::string large(20'000, ' ');
    const Reply reply = call("POST", "/projects", admin(), large);
    EXPECT_EQ(reply.status, 413);
    EXPECT_EQ(reply.error(), "limit_exceeded");
    RawClient client(port_);  // of unknown length
    client.send(
        "POST /projects HTTP/1.1\r\nAuthorization: Bearer test-admin-key\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 20; ++i) client.send("3e8\r\n" + std::string(1000, ' ') + "\r\n");
    EXPECT_EQ(client.receive()->status, 413);
}

TEST_F(ProtocolTest, ChunkedBodiesAreRead) {
    RawClient client(port_);
    client.send(
        "POST /projects HTTP/1.1\r\nAuthorization: Bearer test-admin-key\r\nTransfer-Encoding: chunked\r\n\r\n");
    client.send("5\r\n{\"id\"\r\n5\r\n:\"p\"}\r\n0\r\n\r\n");
    EXPECT_EQ(client.receive()->status, 201);
}

TEST_F(ProtocolTest, ContinueIsSaidOnlyToThoseWhoMayGoOn) {
    RawClient polite(port_);
    polite.send(
        "POST /projects HTTP/1.1\r\nAuthorization: Bearer test-admin-key\r\nExpect: 100-continue\r\n"
        "Content-Length: 10\r\n\r\n");
    EXPECT_EQ(polite.receive()->status, 100);
    polite.send("{\"id\":\"p\"}");
    EXPECT_EQ(polite.receive()->status, 201);
    RawClient stranger(port_);
    stranger.send("POST /projects HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\n");
    const Reply refused = stranger.receive().value();
    EXPECT_EQ(refused.status, 401);
    EXPECT_EQ(refused.header("connection"), "close");
    EXPECT_EQ(raw("GET /health HTTP/1.1\r\nExpect: magic\r\n\r\n")->status, 417);
}

TEST_F(ProtocolTest, ARefusedBodyThatIsSmallDoesNotEndTheConnection) {
    RawClient client(port_);
    client.send(request_text("POST", "/projects", "wrong", "{\"id\":\"p\"}"));
    EXPECT_EQ(client.receive()->status, 401);
    client.send(request_text("GET", "/health", "", ""));
    EXPECT_EQ(client.receive()->status, 200);
}

TEST_F(ProtocolTest, ARefusedUploadStillHearsWhy) {
    RawClient client(port_);
    client.send("POST /projects/p1/buckets/in.c-x/tables/t/import HTTP/1.1\r\nContent-Length: 8000000\r\n\r\n");
    const std::string piece(100'000, 'x');
    for (int i = 0; i < 80 && client.send(piece); ++i) {
    }
    const std::optional<Reply> reply = client.receive();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, 401);
}

TEST_F(ProtocolTest, SilentAndSlowPeersAreLetGo) {
    RawClient silent(port_), slow(port_), half(port_);
    slow.send("GET /health HT");
    half.send("POST /projects HTTP/1.1\r\nAuthorization: Bearer test-admin-key\r\nContent-Length: 100\r\n\r\n{");
    EXPECT_TRUE(silent.at_end());
    EXPECT_TRUE(slow.at_end());
    EXPECT_TRUE(half.at_end());
    EXPECT_EQ(call("GET", "/health", "").status, 200);
}

TEST_F(ProtocolTest, RequestIdsAreTakenOrMade) {
    EXPECT_EQ(call("GET", "/", "", "", {{"X-Request-ID", "abc-1.2_3"}}).header("x-request-id"), "abc-1.2_3");
    const std::string made = call("GET", "/", "", "", {{"X-Request-ID", "bad id <script>"}}).header("x-request-id");
    EXPECT_EQ(made.size(), 32U);
    EXPECT_NE(made, call("GET", "/", "").header("x-request-id"));
    EXPECT_EQ(call("GET", "/", "", "", {{"X-Request-ID", std::string(500, 'a')}}).header("x-request-id").size(), 32U);
}

TEST_F(ProtocolTest, StoppingEndsIdleConnectionsAndWaitsForRequests) {
    const std::string key = make_project();
    make_orders(key);
    RawClient idle(port_), busy(port_);
    idle.send(request_text("GET", "/health", "", ""));
    EXPECT_EQ(idle.receive()->status, 200);
    fleet_.hold();
    const std::size_t before = fleet_.jobs().size();
    busy.send(request_text("GET", kOrders + "/preview", key, ""));
    fleet_.await_jobs(before + 1);
    std::thread stopping([this] { server_->stop(std::chrono::seconds(10)); });
    EXPECT_TRUE(idle.at_end());
    fleet_.release();
    const std::optional<Reply> reply = busy.receive();
    stopping.join();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, 200);
    EXPECT_EQ(reply->header("connection"), "close");
}

TEST_F(ProtocolTest, HealthAnswersWhileAllWorkersAreBusy) {
    make_project();
    make_orders(admin());
    fleet_.hold();
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < settings_.http_threads + 4; ++i) {
        clients.push_back(std::make_unique<RawClient>(port_));
        clients.back()->send(request_text("GET", kOrders + "/preview", admin(), ""));
    }
    EXPECT_EQ(call("GET", "/health", "").status, 200);
    EXPECT_EQ(call("GET", "/projects/p1", admin()).status, 200);
    fleet_.release();
    for (const auto& client : clients) EXPECT_EQ(client->receive()->status, 200);
}

}  // namespace
}  // namespace smew::http
