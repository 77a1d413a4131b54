#pragma once
// What the tests of http/ start from: a real server on a free port with a real metadata store, and a fleet that
// pretends.

#include "catalog/test_store.hpp"
#include "http/router.hpp"
#include "http/server.hpp"
#include "http/test_fleet.hpp"
#include "http/url.hpp"
#include "net/login_policy.hpp"
#include "querylog/query_log.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <arpa/inet.h>
#include <map>
#include <netinet/in.h>
#include <sys/socket.h>
#include <thread>

namespace smew::http {

inline constexpr std::string_view kAdminKey = "test-admin-key";

struct Reply {
    int status = 0;
    std::map<std::string, std::string> headers;  // names in lower case
    std::string body;

    boost::json::value json() const { return boost::json::parse(body); }
    std::string header(const std::string& name) const {
        const auto found = headers.find(name);
        return found == headers.end() ? std::string() : found->second;
    }
    std::string error() const { return std::string(json().at("error").as_string()); }
};

// One blocking connection that says exactly what it is told to.
class RawClient {
public:
    explicit RawClient(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
            throw std::runtime_error("connect");
        }
        const timeval limit{.tv_sec = 20, .tv_usec = 0};
        ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    }

    // False when the server has closed.
    bool send(std::string_view text) {
        while (!text.empty()) {
            const ssize_t count = ::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL);
            if (count <= 0) return false;
            text.remove_prefix(static_cast<std::size_t>(count));
        }
        return true;
    }

    // One response; nullopt at the end of the stream. `head`: it has no body whatever its header says.
    std::optional<Reply> receive(bool head = false) {
        while (pending_.find("\r\n\r\n") == std::string::npos) {
            if (!fill()) return std::nullopt;
        }
        Reply reply = parse_head(take(pending_.find("\r\n\r\n") + 4));
        const std::string length = reply.header("content-length");
        const std::size_t size = head || length.empty() ? 0 : std::stoull(length);
        while (pending_.size() < size) {
            if (!fill()) return std::nullopt;
        }
        reply.body = take(size);
        return reply;
    }

    bool at_end() { return pending_.empty() && !fill(); }
    void close() { fd_.reset(); }

private:
    bool fill() {
        char buffer[65536];
        const ssize_t count = ::recv(fd_.get(), buffer, sizeof buffer, 0);
        if (count <= 0) return false;
        pending_.append(buffer, static_cast<std::size_t>(count));
        return true;
    }
    std::string take(std::size_t count) {
        std::string taken = pending_.substr(0, count);
        pending_.erase(0, count);
        return taken;
    }
    static Reply parse_head(std::string_view text) {
        Reply reply;
        reply.status = std::stoi(std::string(text.substr(9, 3)));
        for (text.remove_prefix(text.find("\r\n") + 2); text.find("\r\n") > 0;
             text.remove_prefix(text.find("\r\n") + 2)) {
            const std::string_view line = text.substr(0, text.find("\r\n"));
            std::string name(line.substr(0, line.find(':')));
            std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
            reply.headers[name] = line.substr(line.find(':') + 2);
        }
        return reply;
    }

    UniqueFd fd_;
    std::string pending_;
};

// A server of its own for every test.
class ServerTest : public testing::Test {
protected:
    using Headers = std::vector<std::pair<std::string, std::string>>;

    void SetUp() override {
        settings_.data_dir = (dir_.path() / "data").string();
        settings_.http_listen = "127.0.0.1:0";
        settings_.auth_failure_limit = 0;
        configure(settings_);
        layout_ = std::make_unique<storage::Layout>(settings_.data_dir, 0);
        store_ = catalog::Store::open(layout_->metadata_file().string(), clock_);
        versions_ = std::make_unique<storage::Versions>(*layout_, *store_, [](const ProjectId&) {});
        alerts_ = observe::Alerts::create(settings_, clock_, [](const ProjectId& id) { return id.value(); });
        project_history_ = std::make_unique<observe::ProjectHistory>(
            *alerts_, [] { return std::vector<observe::ProjectHistory::Live>(); }, 10, clock_);
        slow_queries_ = std::make_unique<observe::SlowQueries>(query_policy_, metrics_, *alerts_);
        live_ = std::make_unique<config::LiveSettings>(settings_);
        query_log_ = std::make_unique<querylog::QueryLog>(settings_, *live_, *layout_, *store_, fleet_, query_policy_,
                                                          metrics_, clock_);
        throttle_ = std::make_unique<auth::LoginThrottle>(net::login_policy(settings_), clock_);
        server_ = Server::create(io_,
                                 {.settings = settings_,
                                  .live = *live_,
                                  .layout = *layout_,
                                  .store = *store_,
                                  .versions = *versions_,
                                  .fleet = fleet_,
                                  .throttle = *throttle_,
                                  .metrics = metrics_,
                                  .alerts = *alerts_,
                                  .history = history_,
                                  .project_history = *project_history_,
                                  .query_policy = query_policy_,
                                  .slow_queries = *slow_queries_,
                                  .query_log = *query_log_,
                                  .clock = clock_,
                                  .version = "1.2.3",
                                  .duckdb_version = "v1.5.5",
                                  .admin_key_hash = auth::sha256_hex(kAdminKey)},
                                 nullptr);
        server_->set_pg_address("127.0.0.1:5432");
        server_->start();
        server_->set_ready(true);
        for (int i = 0; i < 2; ++i) threads_.emplace_back([this] { io_.run(); });
        const std::string address = server_->address();
        port_ = static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
    }

    void TearDown() override {
        fleet_.release();
        if (server_) server_->stop(std::chrono::seconds(5));
        server_.reset();
        work_.reset();
        for (std::thread& thread : threads_) thread.join();
    }

    virtual void configure(config::Settings&) {}

    // Sends one request on a connection of its own. A 2xx reply is held against the route's schema.
    Reply call(const std::string& method, const std::string& target, const std::string& key,
               const std::string& body = "", const Headers& headers = {}) {
        RawClient client(port_);
        client.send(request_text(method, target, key, body, headers));
        std::optional<Reply> reply = client.receive(method == "HEAD");
        if (!reply) throw std::runtime_error("no reply to " + method + " " + target);
        check_reply(method, target, *reply);
        return *reply;
    }

    static std::string request_text(const std::string& method, const std::string& target, const std::string& key,
                                    const std::string& body, const Headers& headers = {}) {
        std::string text = method + " " + target + " HTTP/1.1\r\nHost: localhost:8000\r\n";
        if (!key.empty()) text += "Authorization: Bearer " + key + "\r\n";
        for (const auto& [name, value] : headers) text += name + ": " + value + "\r\n";
        if (!body.empty() || method == "POST") text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
        return text + "\r\n" + body;
    }

    static void check_reply(const std::string& method, const std::string& target, const Reply& reply) {
        const Result<Target> parsed = parse_target(target);
        if (!parsed) return;
        const Route* route = match(method, parsed->segments).route;
        const bool health = route != nullptr && route->pattern.starts_with("/health");  // 503 with the same body
        if (reply.status >= 400 && method != "HEAD" && !health) {
            EXPECT_EQ(reply.header("content-type"), "application/problem+json") << reply.body;
            EXPECT_EQ(reply.json().at("status").as_int64(), reply.status);
            EXPECT_EQ(reply.json().at("request_id").as_string(), reply.header("x-request-id"));
        }
        if (route == nullptr || route->reply == nullptr || reply.status >= 300 || method == "HEAD") return;
        for (const FieldError& error : check(reply.json(), *route->reply)) {
            ADD_FAILURE() << method << " " << target << ": " << error.field << " " << error.message;
        }
    }

    std::string admin() const { return std::string(kAdminKey); }

    // Makes the project and gives its first key.
    std::string make_project(const std::string& id = "p1") {
        const Reply reply = call("POST", "/projects", admin(), R"({"id":")" + id + R"("})");
        EXPECT_EQ(reply.status, 201) << reply.body;
        return std::string(reply.json().at("api_key").as_string());
    }
    std::string make_read_key(const std::string& project, const std::string& key) {
        const Reply reply =
            call("POST", "/projects/" + project + "/api-keys", key, R"({"description":"r","scope":"project_read"})");
        return std::string(reply.json().at("api_key").as_string());
    }
    // Bucket in.c-sales with the table orders (id BIGINT, name VARCHAR, key id), three rows.
    void make_orders(const std::string& key) {
        call("POST", "/projects/p1/buckets", key, R"({"name":"in.c-sales"})");
        const Reply reply = call("POST", kOrders + "/import?primary_key=id", key, "id,name\n1,a\n2,b\n3,c\n");
        ASSERT_EQ(reply.status, 200) << reply.body;
    }

    const std::string kOrders = "/projects/p1/buckets/in.c-sales/tables/orders";

    catalog::TempDir dir_;
    config::Settings settings_;
    ManualClock clock_{catalog::kNoon};
    telemetry::Metrics metrics_{"1.2.3", "v1.5.5"};
    std::unique_ptr<observe::Alerts> alerts_;
    observe::History history_{[this] { return observe::Measured{.metrics = metrics_.read()}; }, clock_};
    std::unique_ptr<observe::ProjectHistory> project_history_;
    observe::QueryPolicy query_policy_{settings_};
    std::unique_ptr<observe::SlowQueries> slow_queries_;
    TestFleet fleet_;
    std::unique_ptr<config::LiveSettings> live_;
    std::unique_ptr<querylog::QueryLog> query_log_;
    std::unique_ptr<storage::Layout> layout_;
    std::unique_ptr<catalog::Store> store_;
    std::unique_ptr<storage::Versions> versions_;
    boost::asio::io_context io_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_ = boost::asio::make_work_guard(io_);
    std::unique_ptr<auth::LoginThrottle> throttle_;
    std::unique_ptr<Server> server_;
    std::vector<std::thread> threads_;
    std::uint16_t port_ = 0;
};

}  // namespace smew::http
