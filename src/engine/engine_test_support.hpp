#pragma once
// A real instance in a directory of its own, with a project whose tables the test makes. For the tests of engine/.

#include "engine/engine.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace smew::engine::test {

// The project's tables, as the test says.
class FakeProject final : public TableResolver {
public:
    Result<std::optional<ResolvedTable>> resolve(std::string_view schema, std::string_view table) override;
    bool is_project_schema(std::string_view schema) override;
    Result<std::shared_ptr<const ProjectCatalog>> list() override;
    std::uint64_t generation() const override;

    // What list() gives.
    void describe(ProjectCatalog catalog);
    void set(const std::string& schema, const std::string& table, std::string file, std::int64_t version_id);
    void remove(const std::string& schema, const std::string& table);
    // The next resolve() gives this file instead, once: a version that vanishes before it is attached.
    void answer_once(std::string file);
    void fail_with(std::optional<Error> error);
    int questions() const;

private:
    mutable std::mutex mutex_;
    std::map<std::pair<std::string, std::string>, ResolvedTable> tables_;
    std::shared_ptr<const ProjectCatalog> catalog_ = std::make_shared<const ProjectCatalog>();
    std::uint64_t generation_ = 1;
    std::optional<std::string> once_;
    std::optional<Error> error_;
    int questions_ = 0;
};

// A session of user "ada" in database "shop", whose settings are a map.
class FixedFacts final : public SessionFacts {
public:
    const Identity& identity() const override { return identity_; }
    std::string version() const override { return "PostgreSQL 15.8 (test)"; }
    std::vector<std::string> search_path() const override { return {"main"}; }
    std::int64_t server_start_micros() const override { return 1'000'000; }
    std::int64_t statement_start_micros() const override { return 2'000'000; }
    std::optional<std::string> setting(std::string_view name) const override;
    Result<std::string> set_setting(std::string_view name, const std::optional<std::string>& value,
                                    Scope scope) override;
    std::vector<SettingRow> settings() const override { return {}; }

private:
    const Identity identity_{"ada", "shop", 4711, "10.0.0.1", 5000};
    std::map<std::string, std::string, std::less<>> settings_{{"TimeZone", "UTC"}};
};

using Row = std::vector<std::string>;  // values as text, "NULL" for NULL

// Directory, project, instance and one connection.
class Workspace {
public:
    explicit Workspace(const std::string& database = "workspace.duckdb", Bytes memory = {256U << 20},
                       std::uint32_t threads = 2);
    ~Workspace();

    // Makes version `id` of in_c_*.table with the rows of `select`, and makes it current.
    void publish(const std::string& schema, const std::string& table, std::int64_t id, const std::string& select);
    std::string version_file(std::int64_t id) const;

    Connection& connection() { return *connection_; }
    std::unique_ptr<Connection> connect();
    Instance& instance() { return *instance_; }
    SessionFacts& facts() { return facts_; }
    FakeProject& project() { return project_; }
    const std::filesystem::path& directory() const { return directory_; }

private:
    std::filesystem::path directory_;
    FakeProject project_;
    FixedFacts facts_;
    std::unique_ptr<Instance> instance_;
    std::unique_ptr<Connection> connection_;
};

// Parses, prepares, executes and reads one or more statements; the rows of the last.
Result<std::vector<Row>> run(Connection& connection, std::string_view sql,
                             const std::vector<ParameterValue>& parameters = {});
// One prepared statement of one text.
Result<std::unique_ptr<Prepared>> prepare(Connection& connection, std::string_view sql,
                                          std::vector<std::uint32_t> oids = {});
Result<std::vector<Row>> read(Prepared& prepared, const std::vector<ParameterValue>& parameters = {});
// The first value of the first row, or "CODE message" of the error.
std::string value(Connection& connection, std::string_view sql);
std::string code(Connection& connection, std::string_view sql);
std::string text_of(const ColumnView& column, std::uint64_t row);

}  // namespace smew::engine::test
