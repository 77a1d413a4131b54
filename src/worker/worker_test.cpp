// The whole worker in a process of its own, over its link, with PostgreSQL clients on socket pairs.
#include "worker/worker.hpp"

#include "engine/engine.hpp"
#include "pgproto/backend.hpp"
#include "pgproto/frame.hpp"
#include "worker/limits.hpp"
#include "worker/testing.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <map>
#include <poll.h>
#include <sys/socket.h>

namespace smew::worker {
namespace {

using pgproto::BackendMessage;
using testing::exited_with;

constexpr int kPatienceMs = 60'000;

// What the server said up to ReadyForQuery or the end of the connection.
struct Reply {
    std::vector<std::vector<std::string>> rows;
    std::optional<pgproto::ErrorResponse> error;
    std::vector<std::string> tags;
    bool ready = false;

    std::string value() const { return rows.empty() ? "" : rows[0][0]; }
    std::string code() const { return error ? std::string(error->error.code.text()) : ""; }
};

class PgClient {
public:
    explicit PgClient(UniqueFd socket) : socket_(std::move(socket)) {
        const timeval patience{60, 0};
        ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    }
    void send(std::string_view sql) const {
        pgproto::Buffer out;
        write(out, pgproto::Query{sql});
        ASSERT_EQ(::send(socket_.get(), out.data(), out.size(), MSG_NOSIGNAL), static_cast<ssize_t>(out.size()));
    }
    Reply receive() {
        Reply reply;
        while (!reply.ready) {
            ByteSpan input(buffer_);
            const auto frame = pgproto::take_frame(input, 1U << 30);
            if (frame.state == pgproto::FrameState::kNeedMore) {
                if (!fill()) break;
                continue;
            }
            add(reply, pgproto::parse_backend(frame.type, frame.body).value());
            buffer_.erase(buffer_.begin(), buffer_.end() - static_cast<std::ptrdiff_t>(input.size()));
        }
        return reply;
    }
    Reply query(std::string_view sql) {
        send(sql);
        return receive();
    }

private:
    bool fill() {
        std::uint8_t data[65536];
        const ssize_t count = ::recv(socket_.get(), data, sizeof data, 0);
        if (count > 0) buffer_.insert(buffer_.end(), data, data + count);
        return count > 0;
    }
    static void add(Reply& reply, const BackendMessage& message) {
        if (const auto* row = std::get_if<pgproto::DataRow>(&message)) {
            auto& texts = reply.rows.emplace_back();
            for (const auto& value : row->values) texts.emplace_back(value ? as_text(*value) : "NULL");
        }
        if (const auto* done = std::get_if<pgproto::CommandComplete>(&message)) reply.tags.emplace_back(done->tag);
        if (const auto* error = std::get_if<pgproto::ErrorResponse>(&message)) reply.error = *error;
        reply.ready = std::holds_alternative<pgproto::ReadyForQuery>(message);
    }

    UniqueFd socket_;
    std::vector<std::uint8_t> buffer_;
};

// The gateway's side: starts a worker process, answers its questions, keeps what it says.
class Gateway {
public:
    Gateway() : generation_(link::CatalogGeneration::create().value()) {
        std::filesystem::create_directory(dir / "ws");
        std::filesystem::create_directory(dir / "versions");
        start.project = ProjectId("p");
        start.workspace = WorkspaceId("w");
        start.database_file = dir / "ws/workspace.duckdb";
        start.writable_dir = dir / "ws";
        start.temp_dir = dir / "ws/tmp";
        start.versions_dir = dir / "versions";
        start.limits.memory = Bytes{256U << 20};
        start.limits.size = Bytes{256U << 20};
    }
    ~Gateway() {
        if (child_ > 0) {
            ::kill(child_, SIGKILL);
            ::waitpid(child_, nullptr, 0);
        }
    }

    void launch() {
        auto ends = link::make_socket_pair().value();
        child_ = ::fork();
        if (child_ == 0) {
            ends.first.reset();
            channel_.reset();
            ::_exit(run_worker({.link = ends.second.release()}));
        }
        channel_ = std::make_unique<link::Channel>(std::move(ends.first));
    }
    void open() {
        launch();
        EXPECT_TRUE(send(start, generation_.fd()));
        ready = next<link::Ready>();
    }
    bool send(const link::Message& message, int fd = -1) { return channel_->send(message, fd).has_value(); }
    void hang_up() { channel_.reset(); }
    void kill() {
        ::kill(child_, SIGKILL);
        wait_end();
    }
    int wait_end() {
        int status = -1;
        EXPECT_EQ(::waitpid(child_, &status, 0), child_);
        child_ = -1;
        return status;
    }
    PgClient connect(const std::string& id) {
        auto ends = link::make_socket_pair().value();
        EXPECT_TRUE(send(link::AdoptSession{.session = SessionId(id),
                                            .backend_pid = 4711,
                                            .cancel_key = "1234",
                                            .user = "ws_w",
                                            .database = "workspace_w",
                                            .client_address = "127.0.0.1"},
                         ends.first.get()));
        PgClient client(std::move(ends.second));
        EXPECT_TRUE(client.receive().ready);
        return client;
    }
    // The worker's next message of type T; questions about names on the way are answered from `tables`.
    template <class T>
    T next() {
        for (;;) {
            pollfd readable{channel_->fd(), POLLIN, 0};
            auto received = channel_->try_receive();
            if (!received || channel_->closed()) {
                ADD_FAILURE() << "the worker is gone";
                return T{};
            }
            if (!*received) {
                if (::poll(&readable, 1, kPatienceMs) == 1) continue;
                ADD_FAILURE() << "the worker says nothing";
                return T{};
            }
            link::Message& message = (**received).message;
            if (auto* wanted = std::get_if<T>(&message)) return std::move(*wanted);
            if (const auto* question = std::get_if<link::ResolveTable>(&message)) answer(*question);
        }
    }
    void answer(const link::ResolveTable& question) {
        link::TableResolved reply{.request = question.request, .generation = generation_.current(), .table = {}};
        const auto found = tables.find(question.schema + "." + question.name);
        if (found != tables.end()) {
            reply.table = link::CatalogTable{
                .schema = question.schema,
                .name = question.name,
                .file = found->second,
                .version_id = static_cast<std::int64_t>(std::hash<std::string>()(found->second) >> 1)};
        }
        EXPECT_TRUE(send(reply));
    }
    // A query that needs the gateway's answer about one name.
    Reply query_with_question(PgClient& client, std::string_view sql) {
        client.send(sql);
        answer(next<link::ResolveTable>());
        return client.receive();
    }
    void bump() { generation_.bump(); }

    testing::ScratchDir dir;
    link::Start start;
    link::Ready ready;
    std::map<std::string, std::string> tables;

private:
    link::CatalogGeneration generation_;
    std::unique_ptr<link::Channel> channel_;
    pid_t child_ = -1;
};

class WorkerTest : public ::testing::Test {
protected:
    Gateway gateway;
};

TEST_F(WorkerTest, AnswersAClient) {
    gateway.open();
    EXPECT_EQ(gateway.ready.duckdb_version, engine::duckdb_version());
    EXPECT_FALSE(gateway.ready.sandbox.empty());
    PgClient client = gateway.connect("s");
    EXPECT_EQ(client.query("SELECT 40 + 2").value(), "42");
    EXPECT_EQ(client.query("SELEC 1").code(), "42601");
    EXPECT_EQ(client.query("SELECT 'still here'").value(), "still here");
}

TEST_F(WorkerTest, TheEngineHasWhatItNeedsInTheSandbox) {
    gateway.open();
    PgClient client = gateway.connect("s");
    EXPECT_EQ(client.query("SELECT length(uuid()::VARCHAR)").value(), "36");
    EXPECT_EQ(client.query("SELECT random() < 2").value(), "t");
    EXPECT_EQ(client.query("SELECT timezone('Europe/Vienna', TIMESTAMPTZ '2024-07-01 00:00:00+00')").value(),
              "2024-07-01 02:00:00");
    EXPECT_EQ(client.query("SET TimeZone = 'Asia/Tokyo'").code(), "");
    EXPECT_EQ(client.query("SELECT TIMESTAMPTZ '2024-07-01 00:00:00+00'").value(), "2024-07-01 09:00:00+09");
    // As deep as DuckDB allows: its recursion needs the stack that session threads have.
    std::string chain = "WITH a0 AS (SELECT 1 AS x)";
    for (int i = 1; i < 950; ++i) {
        chain += ", a" + std::to_string(i) + " AS (SELECT * FROM a" + std::to_string(i - 1) + ")";
    }
    EXPECT_EQ(client.query(chain + " SELECT x FROM a949").value(), "1");
}

TEST_F(WorkerTest, KeepsDataOverAGracefulRestart) {
    gateway.open();
    {
        PgClient client = gateway.connect("s");
        EXPECT_EQ(client.query("CREATE TABLE t AS SELECT range AS x FROM range(1000)").code(), "");
        ASSERT_TRUE(gateway.send(link::Shutdown{}));
        EXPECT_EQ(client.receive().code(), "57P01");
    }
    EXPECT_TRUE(exited_with(gateway.wait_end(), 0));
    EXPECT_FALSE(std::filesystem::exists(gateway.start.temp_dir));
    EXPECT_FALSE(std::filesystem::exists(gateway.start.database_file + ".wal"));
    gateway.open();
    PgClient client = gateway.connect("s");
    EXPECT_EQ(client.query("SELECT count(*) FROM t").value(), "1000");
}

TEST_F(WorkerTest, KeepsCommittedDataWhenKilled) {
    gateway.open();
    {
        PgClient client = gateway.connect("s");
        EXPECT_EQ(client.query("CREATE TABLE t AS SELECT 7 AS x").code(), "");
        gateway.kill();
        EXPECT_FALSE(client.receive().ready);
    }
    std::ofstream(gateway.start.temp_dir + "/left") << "spill";
    gateway.open();
    EXPECT_FALSE(std::filesystem::exists(gateway.start.temp_dir + "/left"));
    EXPECT_EQ(gateway.connect("s").query("SELECT x FROM t").value(), "7");
}

TEST_F(WorkerTest, CancelsAStatement) {
    gateway.open();
    PgClient client = gateway.connect("s");
    client.send("SELECT count(*) FROM range(100000000000) a, range(1000) b WHERE a.range % 7 = b.range");
    // Until the statement runs a cancel does nothing, as in PostgreSQL: so it is sent until it has worked.
    std::jthread canceller([this](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            (void)gateway.send(link::CancelStatement{SessionId("s"), CancelReason::kUser});
            std::this_thread::yield();
        }
    });
    const Reply reply = client.receive();
    canceller = {};
    EXPECT_EQ(reply.code(), "57014");
    EXPECT_TRUE(reply.ready);
}

TEST_F(WorkerTest, EndsOneSessionAndTellsTheGateway) {
    gateway.open();
    PgClient one = gateway.connect("one"), two = gateway.connect("two");
    EXPECT_EQ(one.query("SELECT 1").value(), "1");
    ASSERT_TRUE(gateway.send(link::EndSession{SessionId("one"), CancelReason::kExpired}));
    EXPECT_EQ(one.receive().code(), "57P01");
    const auto closed = gateway.next<link::SessionClosed>();
    EXPECT_EQ(closed.session.value(), "one");
    EXPECT_EQ(closed.statements, 1U);
    EXPECT_GT(closed.bytes_sent, 0U);
    EXPECT_EQ(two.query("SELECT 2").value(), "2");
}

TEST_F(WorkerTest, TheEngineAnswersTheGatewayWhateverSessionsDo) {
    gateway.open();
    PgClient busy = gateway.connect("busy");
    busy.send("SELECT count(*) FROM range(100000000000)");
    for (std::uint64_t request : {41U, 42U}) {
        ASSERT_TRUE(gateway.send(link::CheckEngine{request}));
        const auto checked = gateway.next<link::EngineChecked>();
        EXPECT_EQ(checked.request, request);
        EXPECT_FALSE(checked.error) << checked.error->message;
        EXPECT_GT(checked.taken_us, 0U);
    }
    ASSERT_TRUE(gateway.send(link::CancelStatement{SessionId("busy"), CancelReason::kUser}));
    EXPECT_EQ(busy.receive().code(), "57014");
}

TEST_F(WorkerTest, SendsStatistics) {
    gateway.open();
    PgClient client = gateway.connect("s");
    client.query("SELECT 1");
    client.query("SELECT 1/'x'");
    std::uint64_t success = 0, errors = 0;
    while (success == 0 || errors == 0) {
        const auto stats = gateway.next<link::Stats>();
        if (::testing::Test::HasFailure()) return;
        success += stats.queries_success;
        errors += stats.queries_error;
        EXPECT_EQ(stats.sessions, 1U);
        EXPECT_GT(stats.memory_bytes, 0U);
        EXPECT_GT(stats.disk_bytes, 0U);
    }
}

TEST_F(WorkerTest, ResolvesProjectTablesThroughTheGateway) {
    for (const char* version : {"v1", "v2"}) {
        Gateway maker;
        maker.start.database_file = maker.dir / "ws/made.duckdb";
        maker.open();
        PgClient client = maker.connect("s");
        // Whether the target is a project's table is a question of its own.
        const std::string create = "CREATE TABLE main.data AS SELECT '" + std::string(version) + "' AS name";
        EXPECT_EQ(maker.query_with_question(client, create).code(), "");
        ASSERT_TRUE(maker.send(link::Shutdown{}));
        EXPECT_TRUE(exited_with(maker.wait_end(), 0));
        std::filesystem::copy_file(maker.dir / "ws/made.duckdb", gateway.dir / (std::string("versions/") + version));
    }
    gateway.open();
    PgClient client = gateway.connect("s");
    gateway.tables["in_c_sales.orders"] = gateway.dir / "versions/v1";
    EXPECT_EQ(gateway.query_with_question(client, "SELECT name FROM in_c_sales.orders").value(), "v1");
    EXPECT_EQ(client.query("SELECT name FROM in_c_sales.orders").value(), "v1");
    gateway.tables["in_c_sales.orders"] = gateway.dir / "versions/v2";
    gateway.bump();
    EXPECT_EQ(gateway.query_with_question(client, "SELECT name FROM in_c_sales.orders").value(), "v2");
    EXPECT_EQ(gateway.query_with_question(client, "SELECT * FROM in_c_sales.nothing").code(), "42P01");
}

TEST_F(WorkerTest, EndsWithTheProcessWhatCannotBeInterrupted) {
    gateway.start.limits.statement_timeout_ms = 200;
    gateway.start.kill_grace_ms = 100;
    gateway.start.limits.memory = Bytes{1ULL << 30};
    gateway.open();
    PgClient other = gateway.connect("other"), client = gateway.connect("s");
    client.send("SELECT levenshtein(repeat('ab', 150000 + x), repeat('ba', 150000 + x)) FROM range(2) t(x)");
    EXPECT_EQ(gateway.next<link::Ending>().session.value(), "s");
    EXPECT_EQ(client.receive().code(), "57014");
    EXPECT_EQ(other.receive().code(), "57P02");
    EXPECT_TRUE(exited_with(gateway.wait_end(), 70));
}

TEST_F(WorkerTest, BoundsTheMemoryOfOneFunctionCall) {
    gateway.open();
    PgClient client = gateway.connect("s");
    EXPECT_EQ(client.query("SELECT length(repeat(repeat('x', 1000000), 3000 + x)) FROM range(1) t(x)").code(), "53200");
    EXPECT_EQ(client.query("SELECT 1").value(), "1");
}

TEST_F(WorkerTest, BoundsTheFilesOfAWorkspace) {
    gateway.start.limits.size = Bytes{8U << 20};
    gateway.open();
    {
        PgClient client = gateway.connect("s");
        EXPECT_EQ(client.query("CREATE TABLE small AS SELECT 1 AS x").code(), "");
        const Reply reply =
            client.query("CREATE TABLE big AS SELECT hash(range) AS x, hash(range + 1) AS y FROM range(5000000)");
        EXPECT_EQ(reply.code(), "53100") << reply.error->error.message;
        EXPECT_EQ(client.query("SELECT x FROM small").value(), "1");
        ASSERT_TRUE(gateway.send(link::Shutdown{}));
    }
    // It is stopped while it grows, not before: within the spare of the file's own limit.
    EXPECT_LE(std::filesystem::file_size(gateway.start.database_file), file_size_limit(gateway.start.limits).count);
    gateway.wait_end();
    gateway.open();
    EXPECT_EQ(gateway.connect("s").query("SELECT x FROM small").value(), "1");
}

TEST_F(WorkerTest, ServesMoreClientsThanItHasThreads) {
    gateway.open();
    std::vector<PgClient> clients;
    for (int i = 0; i < 40; ++i) clients.push_back(gateway.connect("s" + std::to_string(i)));
    for (PgClient& client : clients) client.send("SELECT count(*) FROM range(100000)");
    for (PgClient& client : clients) EXPECT_EQ(client.receive().value(), "100000");
}

TEST_F(WorkerTest, ChangesLimitsWhileItRuns) {
    gateway.open();
    PgClient client = gateway.connect("s");
    const std::string_view bomb = "SELECT length(repeat(repeat('x', 1000000), 900 + x)) FROM range(1) t(x)";
    EXPECT_EQ(client.query(bomb).code(), "53200");
    ASSERT_TRUE(gateway.send(link::SetLimits{{.memory = Bytes{4ULL << 30}, .size = Bytes{1ULL << 30}}}));
    // The order is obeyed by another thread than the session's.
    EXPECT_TRUE(testing::eventually([&] { return client.query(bomb).value() == "900000000"; }));
}

TEST_F(WorkerTest, EndsWhenTheGatewayIsGone) {
    gateway.open();
    PgClient client = gateway.connect("s");
    gateway.hang_up();
    EXPECT_EQ(client.receive().code(), "57P01");
    EXPECT_TRUE(exited_with(gateway.wait_end(), 0));
}

TEST_F(WorkerTest, OnlyTheGatewayEndsIt) {
    gateway.launch();
    gateway.hang_up();
    EXPECT_TRUE(exited_with(gateway.wait_end(), 2));
}

TEST_F(WorkerTest, SaysWhyItCannotStart) {
    std::ofstream(gateway.start.database_file) << "no database, but long enough to be taken for one, it seems";
    gateway.launch();
    const auto generation = link::CatalogGeneration::create().value();
    ASSERT_TRUE(gateway.send(gateway.start, generation.fd()));
    EXPECT_FALSE(gateway.next<link::StartFailed>().error.message.empty());
    EXPECT_TRUE(exited_with(gateway.wait_end(), 3));
}

TEST_F(WorkerTest, RefusesAnotherVersionOfTheLink) {
    gateway.start.version = link::kLinkVersion + 1;
    gateway.launch();
    const auto generation = link::CatalogGeneration::create().value();
    ASSERT_TRUE(gateway.send(gateway.start, generation.fd()));
    EXPECT_EQ(gateway.next<link::StartFailed>().error.code, sqlstate::kInternalError);
    EXPECT_TRUE(exited_with(gateway.wait_end(), 2));
}

TEST_F(WorkerTest, RunsLoadJobs) {
    gateway.start.kind = link::WorkerKind::kLoader;
    gateway.start.files_dir = gateway.dir / "files";
    std::filesystem::create_directory(gateway.dir / "files");
    std::ofstream(gateway.dir / "files/upload") << "id,name\n1,one\n2,two\n";
    gateway.open();
    ASSERT_TRUE(gateway.send(link::RunJob{
        .job = 9,
        .work = link::ImportJob{.source_file = gateway.dir / "files/upload", .output_file = gateway.dir / "ws/v1"}}));
    const auto done = gateway.next<link::JobDone>();
    EXPECT_EQ(done.job, 9U);
    EXPECT_FALSE(done.error) << done.error->message << done.error->detail;
    EXPECT_EQ(done.outcome.rows, 2U);
    EXPECT_TRUE(std::filesystem::exists(gateway.dir / "ws/v1"));
    ASSERT_TRUE(gateway.send(link::Shutdown{}));
    EXPECT_TRUE(exited_with(gateway.wait_end(), 0));
}

}  // namespace
}  // namespace smew::worker
