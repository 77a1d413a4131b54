// Bodies that go to disk: loads and files.

#include "http/test_server.hpp"

#include <fstream>

namespace smew::http {
namespace {

// Peak resident memory of this process so far.
std::size_t peak_memory() {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;) {
        if (word != "VmHWM:") continue;
        std::size_t kilobytes = 0;
        status >> kilobytes;
        return kilobytes * 1024;
    }
    return 0;
}

std::size_t files_in(const std::filesystem::path& dir) {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(dir), std::filesystem::directory_iterator()));
}

class UploadTest : public ServerTest {
protected:
    void SetUp() override {
        ServerTest::SetUp();
        key_ = make_project();
        call("POST", "/projects/p1/buckets", key_, R"({"name":"in.c-sales"})");
        staging_ = layout_->staging_dir(store_->project(ProjectId("p1"))->number);
    }
    // What was only for one reply goes when the reply has gone.
    void expect_no_leftovers() {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        while (files_in(staging_) > 0 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
        EXPECT_EQ(files_in(staging_), 0U);
    }

    std::string key_;
    std::filesystem::path staging_;
};

class SmallUploadTest : public UploadTest {
    void configure(config::Settings& settings) override {
        settings.import_max_bytes = Bytes{1000};
        settings.http_idle_timeout_seconds = std::chrono::seconds(2);
    }
};

TEST_F(UploadTest, TwoHundredMegabytesTakeNoMemory) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    constexpr std::size_t kPieces = 20;  // ten times slower, and freed memory is kept for a while
#else
    constexpr std::size_t kPieces = 200;
#endif
    const std::string piece = std::string(999'999, 'x') + "\n";
    const std::size_t before = peak_memory();
    RawClient client(port_);
    client.send("POST " + kOrders + "/import?format=ndjson HTTP/1.1\r\nAuthorization: Bearer " + key_ +
                "\r\nContent-Length: " + std::to_string(kPieces * piece.size()) + "\r\n\r\n");
    for (std::size_t i = 0; i < kPieces; ++i) ASSERT_TRUE(client.send(piece));
    const Reply reply = client.receive().value();
    ASSERT_EQ(reply.status, 200) << reply.body;
    EXPECT_EQ(reply.json().at("imported_rows").as_int64(), static_cast<std::int64_t>(kPieces));
    if (kPieces == 200) EXPECT_LT(peak_memory() - before, 32U << 20U);
    expect_no_leftovers();
}

TEST_F(UploadTest, ALoadSaysWhatItIs) {
    const Reply reply =
        call("POST",
             kOrders +
                 "/import?format=csv&mode=append&delimiter=%3B&quote=&escape=%5C&header=false&null_string="
                 "NULL&date_format=%25d&timestamp_format=%25T&max_rejected=7&primary_key=id,%20name",
             key_, "1;2\n");
    ASSERT_EQ(reply.status, 200) << reply.body;
    const auto job = fleet_.last<link::ImportJob>();
    EXPECT_EQ(job.csv.delimiter, ";");
    EXPECT_EQ(job.csv.quote, "");
    EXPECT_EQ(job.csv.escape, "\\");
    EXPECT_FALSE(job.csv.header);
    EXPECT_EQ(job.csv.null_string, "NULL");
    EXPECT_EQ(job.csv.date_format, "%d");
    EXPECT_EQ(job.csv.timestamp_format, "%T");
    EXPECT_EQ(job.max_rejected, 7U);
    EXPECT_EQ(job.mode, link::ImportMode::kAppend);
    EXPECT_EQ(job.primary_key, (std::vector<std::string>{"id", "name"}));
    EXPECT_TRUE(job.base_file.empty());
    call("POST", kOrders + "/import", key_, "id\n1\n");
    const auto second = fleet_.last<link::ImportJob>();
    EXPECT_FALSE(second.base_file.empty());
    EXPECT_EQ(second.columns.size(), 2U);
    expect_no_leftovers();
}

TEST_F(UploadTest, CompressionIsDeclaredOrSeen) {
    const std::string gzip("\x1f\x8b\x08 rest", 8), zstd("\x28\xb5\x2f\xfd rest");
    EXPECT_EQ(call("POST", kOrders + "/import", key_, gzip).status, 200);
    EXPECT_EQ(fleet_.last<link::ImportJob>().compression, link::FileCompression::kGzip);
    EXPECT_EQ(call("POST", kOrders + "/import", key_, zstd, {{"Content-Encoding", "zstd"}}).status, 200);
    EXPECT_EQ(fleet_.last<link::ImportJob>().compression, link::FileCompression::kZstd);
    EXPECT_EQ(call("POST", kOrders + "/import", key_, "id\n1\n", {{"Content-Encoding", "gzip"}}).status, 400);
    EXPECT_EQ(call("POST", kOrders + "/import", key_, "id\n1\n", {{"Content-Encoding", "br"}}).status, 415);
    EXPECT_EQ(call("POST", kOrders + "/import?format=parquet", key_, "PAR1...").status, 200);
    EXPECT_EQ(call("POST", kOrders + "/import?format=parquet", key_, "id\n1\n").error(), "invalid_format");
    EXPECT_EQ(call("POST", kOrders + "/import?format=csv", key_, "PAR1...").error(), "invalid_format");
    expect_no_leftovers();
}

TEST_F(UploadTest, QueryMistakesAreNamed) {
    for (const auto& [query, field] :
         std::vector<std::pair<std::string, std::string>>{{"foramt=csv", "foramt"},
                                                          {"format=xml", "format"},
                                                          {"mode=merge", "mode"},
                                                          {"header=1", "header"},
                                                          {"max_rejected=-1", "max_rejected"},
                                                          {"format=csv&format=csv", "format"},
                                                          {"quote=ab", "quote"}}) {
        const Reply reply = call("POST", kOrders + "/import?" + query, key_, "id\n1\n");
        EXPECT_EQ(reply.status, 422) << query;
        EXPECT_EQ(reply.json().at("details").at("errors").at(0).at("field").as_string(), field) << query;
    }
    EXPECT_EQ(call("POST", kOrders + "/import?mode=upsert", key_, "id\n1\n").error(), "no_primary_key");
    EXPECT_EQ(call("POST", "/projects/p1/buckets/in.c-none/tables/t/import", key_, "id\n").error(), "bucket_not_found");
    EXPECT_EQ(call("POST", "/projects/p1/buckets/in.c-sales/tables/..%2F..%2Fx/import", key_, "id\n").status, 400);
    expect_no_leftovers();
}

TEST_F(UploadTest, AFailedLoadTellsWhyWithoutPaths) {
    fleet_.on_job = [](const link::LoadJob& job) {
        return Error{sqlstate::kInvalidTextRepresentation,
                     "could not convert 'x' in " + std::get<link::ImportJob>(job).source_file,
                     "file \"" + std::get<link::ImportJob>(job).source_file + "\", line 2"};
    };
    const Reply reply = call("POST", kOrders + "/import", key_, "id\nx\n");
    EXPECT_EQ(reply.status, 422);
    EXPECT_EQ(reply.body.find(settings_.data_dir), std::string::npos) << reply.body;
    EXPECT_NE(reply.body.find("could not convert 'x'"), std::string::npos);
    EXPECT_EQ(call("GET", kOrders, key_).status, 404);
    expect_no_leftovers();
}

TEST_F(UploadTest, AnUploaderThatLeavesLeavesNothing) {
    {
        RawClient client(port_);
        client.send("POST " + kOrders + "/import HTTP/1.1\r\nAuthorization: Bearer " + key_ +
                    "\r\nContent-Length: 1000000\r\n\r\n" + std::string(300'000, 'x'));
    }
    expect_no_leftovers();
    EXPECT_TRUE(fleet_.jobs().empty());
}

TEST_F(UploadTest, LoadsIntoOneTableTakeTurnsAndOthersDoNot) {
    fleet_.hold();
    std::vector<std::thread> loads;
    for (const char* table : {"a", "a", "a", "b"}) {
        loads.emplace_back([this, table] {
            const Reply reply =
                call("POST", "/projects/p1/buckets/in.c-sales/tables/" + std::string(table) + "/import?mode=append",
                     key_, "id\n1\n");
            EXPECT_EQ(reply.status, 200) << reply.body;
        });
    }
    fleet_.await_jobs(2);
    fleet_.release();
    for (std::thread& load : loads) load.join();
    EXPECT_EQ(fleet_.jobs().size(), 4U);
    EXPECT_LE(fleet_.most_at_once(), 2U);
}

TEST_F(SmallUploadTest, UploadsAreLimited) {
    EXPECT_EQ(call("POST", kOrders + "/import", key_, std::string(1001, 'x')).status, 413);
    RawClient client(port_);
    client.send("POST " + kOrders + "/import HTTP/1.1\r\nAuthorization: Bearer " + key_ +
                "\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 20; ++i) client.send("64\r\n" + std::string(100, 'x') + "\r\n");
    EXPECT_EQ(client.receive()->status, 413);
    expect_no_leftovers();
}

TEST_F(UploadTest, AFileIsPreparedUploadedRegisteredReadAndDeleted) {
    const Reply prepared = call("POST", "/projects/p1/files/prepare", key_,
                                R"({"filename":"../../etc/passwd \u00e9","content_type":"text/csv","tags":["a"]})");
    ASSERT_EQ(prepared.status, 200) << prepared.body;
    const std::string upload(prepared.json().at("upload_url").as_string());
    const std::string upload_key(prepared.json().at("upload_key").as_string());
    EXPECT_EQ(call("POST", "/projects/p1/files", key_, R"({"upload_key":")" + upload_key + R"("})").error(),
              "file_not_uploaded");
    const std::string form =
        "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\nid\n1\n\r\n--B--\r\n";
    const Reply uploaded = call("POST", upload, key_, form, {{"Content-Type", "multipart/form-data; boundary=B"}});
    ASSERT_EQ(uploaded.status, 200) << uploaded.body;
    EXPECT_EQ(uploaded.json().at("size_bytes").as_int64(), 5);
    EXPECT_EQ(uploaded.json().at("checksum_sha256").as_string(), auth::sha256_hex("id\n1\n"));
    EXPECT_EQ(call("POST", upload, key_, "again").error(), "already_uploaded");
    EXPECT_EQ(call("GET", "/projects/p1/files", key_).json().at("total").as_int64(), 0);

    const Reply registered = call("POST", "/projects/p1/files", key_,
                                  R"({"upload_key":")" + upload_key + R"(","name":"n.csv","tags":["b"]})");
    ASSERT_EQ(registered.status, 201) << registered.body;
    const std::string id(registered.json().at("id").as_string());
    EXPECT_FALSE(registered.json().at("is_staged").as_bool());
    EXPECT_EQ(call("GET", "/projects/p1/files", key_).json().at("total").as_int64(), 1);
    const Reply content = call("GET", "/projects/p1/files/" + id + "/download", key_);
    EXPECT_EQ(content.body, "id\n1\n");
    EXPECT_EQ(content.header("content-type"), "text/csv");
    EXPECT_EQ(content.header("content-disposition"), "attachment; filename=\"n.csv\"; filename*=UTF-8''n.csv");

    call("POST", "/projects/p1/buckets/in.c-sales/tables", key_,
         R"({"name":"orders","columns":[{"name":"id","type":"BIGINT"}]})");
    const Reply loaded = call("POST", kOrders + "/import/file", key_, R"({"file_id":")" + id + R"(","format":"csv"})");
    ASSERT_EQ(loaded.status, 200) << loaded.body;
    EXPECT_EQ(loaded.json().at("imported_rows").as_int64(), 1);
    EXPECT_EQ(call("DELETE", "/projects/p1/files/" + id, key_).status, 204);
    EXPECT_EQ(call("GET", "/projects/p1/files/" + id, key_).error(), "file_not_found");
    EXPECT_EQ(files_in(layout_->files_dir(store_->project(ProjectId("p1"))->number)), 0U);
}

TEST_F(UploadTest, UploadsNobodyRegistersGoAway) {
    const Reply prepared = call("POST", "/projects/p1/files/prepare", key_, R"({"filename":"x"})");
    const std::string upload(prepared.json().at("upload_url").as_string());
    EXPECT_EQ(call("POST", upload, key_, "content").status, 200);
    const Reply late = call("POST", "/projects/p1/files/prepare", key_, R"({"filename":"y"})");
    clock_.advance(std::chrono::hours(25));
    EXPECT_EQ(call("POST", std::string(late.json().at("upload_url").as_string()), key_, "content").status, 410);
    call("POST", "/projects/p1/files/prepare", key_, R"({"filename":"z"})");
    EXPECT_EQ(call("GET", "/projects/p1/files?include_staged=true", key_).json().at("total").as_int64(), 1);
    EXPECT_EQ(files_in(layout_->files_dir(store_->project(ProjectId("p1"))->number)), 0U);
}

TEST_F(UploadTest, UploadKeysAreNotGuessed) {
    const Reply prepared = call("POST", "/projects/p1/files/prepare", key_, R"({"filename":"x"})");
    std::string key(prepared.json().at("upload_key").as_string());
    key.back() = key.back() == 'a' ? 'b' : 'a';
    EXPECT_EQ(call("POST", "/projects/p1/files/upload/" + key, key_, "x").error(), "upload_not_found");
    EXPECT_EQ(call("POST", "/projects/p1/files/upload/..%2F..%2Fmetadata.sqlite", key_, "x").status, 404);
    EXPECT_EQ(
        call("POST", "/projects/p1/files/prepare", key_, R"({"filename":"x","content_type":"a/b\r\nX: y"})").status,
        422);
}

TEST_F(UploadTest, ExportsAreStreamedAndForgotten) {
    make_orders(key_);
    const Reply csv = call("GET", kOrders + "/export?columns=id&where=id%20%3E%201&limit=5&compression=gzip", key_);
    EXPECT_EQ(csv.status, 200);
    EXPECT_EQ(csv.header("content-type"), "application/gzip");
    EXPECT_NE(csv.header("content-disposition").find("in_c_sales.orders.csv.gz"), std::string::npos);
    EXPECT_EQ(csv.body, "id,name\n1,a\n");
    const auto job = fleet_.last<link::ExportJob>();
    EXPECT_EQ(job.where, "id > 1");
    EXPECT_EQ(job.limit, 5U);
    expect_no_leftovers();
    EXPECT_EQ(call("GET", kOrders + "/export?where=1)%20UNION%20SELECT%20(2", key_).error(), "invalid_where_clause");
    EXPECT_EQ(call("GET", kOrders + "/export?compression=snappy", key_).error(), "invalid_compression");
    EXPECT_EQ(call("GET", kOrders + "/export?columns=nope", key_).error(), "column_not_found");
    const Reply kept = call("POST", kOrders + "/export", key_, R"({"format":"csv","limit":3})");
    ASSERT_EQ(kept.status, 200) << kept.body;
    const std::string id(kept.json().at("file_id").as_string());
    EXPECT_EQ(call("GET", "/projects/p1/files/" + id + "/download", key_).body, "id,name\n1,a\n");
    expect_no_leftovers();
}

}  // namespace
}  // namespace smew::http
