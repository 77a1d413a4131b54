#include "config/load.hpp"

#include "config/settings_table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace smew::config {
namespace {

// A settings file that is gone at the end of the test.
class SettingsFile {
public:
    explicit SettingsFile(const std::string& content) {
        path_ = testing::TempDir() + "smew_load_test_" + std::to_string(::getpid()) + ".toml";
        std::ofstream(path_) << content;
    }
    ~SettingsFile() { std::filesystem::remove(path_); }
    SettingsFile(const SettingsFile&) = delete;
    SettingsFile& operator=(const SettingsFile&) = delete;
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

std::string source_of(const Loaded& loaded, std::string_view name) {
    return loaded.sources[static_cast<std::size_t>(find_setting(name) - settings_table().data())];
}

std::string only_problem(const Loaded& loaded) {
    EXPECT_EQ(loaded.problems.size(), 1U);
    return loaded.problems.empty() ? "" : loaded.problems.front();
}

std::string problem_of_file(const std::string& content) {
    const SettingsFile file(content);
    std::string problem = only_problem(load({.config_file = file.path()}));
    const std::size_t at = problem.find(file.path());
    return at == std::string::npos ? problem : problem.replace(at, file.path().size(), "FILE");
}

TEST(Load, NothingGivenIsTheDefaults) {
    const Loaded loaded = load({});
    EXPECT_TRUE(loaded.problems.empty());
    EXPECT_EQ(loaded.settings.pg_listen, "127.0.0.1:5432");
    EXPECT_EQ(loaded.settings.pgwire_idle_timeout_seconds, std::chrono::seconds(3600));
    EXPECT_EQ(source_of(loaded, "pg_listen"), "default");
}

TEST(Load, FileGoesBeforeDefault) {
    const SettingsFile file(
        "pgwire_idle_timeout_seconds = 10\nhttp_tls = true\nimport_max_bytes = 4096\n"
        "loader_memory_limit = \"512MiB\"\nlog_level = \"debug\"\n");
    const Loaded loaded = load({.config_file = file.path()});
    EXPECT_TRUE(loaded.problems.empty());
    EXPECT_EQ(loaded.settings.pgwire_idle_timeout_seconds, std::chrono::seconds(10));
    EXPECT_TRUE(loaded.settings.http_tls);
    EXPECT_EQ(loaded.settings.import_max_bytes, Bytes{4096});
    EXPECT_EQ(loaded.settings.loader_memory_limit, Bytes{512ULL << 20});
    EXPECT_EQ(loaded.settings.log_level, Severity::kDebug);
    EXPECT_EQ(source_of(loaded, "http_tls"), file.path());
    EXPECT_EQ(source_of(loaded, "http_listen"), "default");
}

TEST(Load, EnvironmentGoesBeforeFile) {
    const SettingsFile file("http_threads = 3\nio_threads = 3\n");
    const Loaded loaded = load({.environment = {"SMEW_HTTP_THREADS=4"}, .config_file = file.path()});
    EXPECT_TRUE(loaded.problems.empty());
    EXPECT_EQ(loaded.settings.http_threads, 4);
    EXPECT_EQ(loaded.settings.io_threads, 3);
    EXPECT_EQ(source_of(loaded, "http_threads"), "SMEW_HTTP_THREADS");
    EXPECT_EQ(source_of(loaded, "io_threads"), file.path());
}

TEST(Load, FlagGoesBeforeEnvironmentAndFile) {
    const SettingsFile file("http_threads = 3\n");
    const Loaded loaded =
        load({.flags = {{"http_threads", "5"}}, .environment = {"SMEW_HTTP_THREADS=4"}, .config_file = file.path()});
    EXPECT_TRUE(loaded.problems.empty());
    EXPECT_EQ(loaded.settings.http_threads, 5);
    EXPECT_EQ(source_of(loaded, "http_threads"), "--http-threads");
}

TEST(Load, EnvironmentNamesTheFileUnlessAFlagDoes) {
    const SettingsFile file("http_threads = 3\n");
    EXPECT_EQ(load({.environment = {"SMEW_CONFIG=" + file.path()}}).settings.http_threads, 3);
    const Loaded loaded = load({.environment = {"SMEW_CONFIG=/does/not/exist"}, .config_file = file.path()});
    EXPECT_TRUE(loaded.problems.empty());
    EXPECT_EQ(loaded.settings.http_threads, 3);
}

TEST(Load, EmptyVariableCountsAsNotSet) {
    const Loaded loaded = load({.environment = {"SMEW_HTTP_THREADS=", "SMEW_ADMIN_KEY="}});
    EXPECT_TRUE(loaded.problems.empty());
    EXPECT_EQ(source_of(loaded, "http_threads"), "default");
}

TEST(Load, EmptyFlagOverridesAText) {
    const Loaded loaded = load({.flags = {{"public_host", ""}}, .environment = {"SMEW_PUBLIC_HOST=db.example"}});
    EXPECT_EQ(loaded.settings.public_host, "");
    EXPECT_EQ(source_of(loaded, "public_host"), "--public-host");
}

TEST(Load, UnknownKeyInFileNamesTheNearest) {
    EXPECT_EQ(problem_of_file("pgwire_ide_timeout_seconds = 5\n"),
              "unknown setting \"pgwire_ide_timeout_seconds\" in FILE; did you mean \"pgwire_idle_timeout_seconds\"?");
    EXPECT_EQ(problem_of_file("data-dir = \"x\"\n"),
              "unknown setting \"data-dir\" in FILE; did you mean \"data_dir\"?");
}

TEST(Load, UnknownTableInFileIsAnError) {
    EXPECT_TRUE(problem_of_file("[http]\nthreads = 3\n").starts_with("unknown setting \"http\" in FILE"));
}

TEST(Load, UnknownVariableNamesTheNearest) {
    EXPECT_EQ(only_problem(load({.environment = {"SMEW_PG_LISTN=x", "PATH=/bin", "SMEWX=1"}})),
              "unknown environment variable \"SMEW_PG_LISTN\"; did you mean \"SMEW_PG_LISTEN\"?");
    EXPECT_EQ(load({.environment = {"SMEW_data_dir=x"}}).problems.size(), 1U);
}

TEST(Load, OutOfBoundsNamesSettingValueBoundsAndSource) {
    EXPECT_EQ(only_problem(load({.flags = {{"http_threads", "0"}}})),
              "setting \"http_threads\": \"0\" from --http-threads is not acceptable; expected a whole number from 1 "
              "to 1024");
    EXPECT_EQ(only_problem(load({.environment = {"SMEW_PGWIRE_MAX_MESSAGE_BYTES=2GiB"}})),
              "setting \"pgwire_max_message_bytes\": \"2GiB\" from SMEW_PGWIRE_MAX_MESSAGE_BYTES is not acceptable; "
              "expected a size from 64KiB to 1GiB");
    EXPECT_EQ(
        problem_of_file("auth_ban_seconds = -1\n"),
        "setting \"auth_ban_seconds\": \"-1\" from FILE is not acceptable; expected whole seconds from 1 to 86400");
}

TEST(Load, UnparsableValuesAreErrors) {
    const auto refused = [](std::string name, std::string text) {
        return load({.flags = {{std::move(name), std::move(text)}}}).problems.size() == 1;
    };
    for (const char* text : {"", " 5", "5 ", "+5", "5s", "0x5", "five", "99999999999999999999", "5.0"}) {
        EXPECT_TRUE(refused("http_threads", text)) << text;
        EXPECT_TRUE(refused("pgwire_idle_timeout_seconds", text)) << text;
    }
    EXPECT_TRUE(refused("http_tls", "maybe"));
    EXPECT_TRUE(refused("pgwire_ssl_mode", "Require"));
    EXPECT_TRUE(refused("import_max_bytes", "4 parsecs"));
    EXPECT_TRUE(refused("data_dir", ""));
    EXPECT_TRUE(refused("data_dir", "a\nb"));
    for (const char* text : {"", "8000", ":8000", "host:", "host:65536", "host:-1", "::1:80", "[]:80", "a b:1"}) {
        EXPECT_TRUE(refused("pg_listen", text)) << text;
    }
}

TEST(Load, AddressesOfAllKindsAreAccepted) {
    for (const char* text : {"127.0.0.1:0", "localhost:5432", "[::1]:5432", "[fe80::1%eth0]:1", "db-1.example:65535"}) {
        EXPECT_TRUE(load({.flags = {{"pg_listen", text}}}).problems.empty()) << text;
    }
}

TEST(Load, TomlTypesAreHeld) {
    EXPECT_EQ(problem_of_file("http_threads = \"3\"\n"),
              "setting \"http_threads\": a text from FILE is not acceptable; expected a whole number from 1 to 1024");
    EXPECT_EQ(problem_of_file("http_tls = 1\n"),
              "setting \"http_tls\": a number from FILE is not acceptable; expected true or false");
    EXPECT_NE(problem_of_file("data_dir = [\"a\"]\n").find("a value of type array"), std::string::npos);
    EXPECT_NE(problem_of_file("http_threads = 1.5\n").find("a value of type float"), std::string::npos);
}

TEST(Load, BrokenFilesAreErrors) {
    EXPECT_TRUE(problem_of_file("a = \n").starts_with("settings file \"FILE\" is no TOML at line 1"));
    EXPECT_TRUE(
        problem_of_file("io_threads = 1\nio_threads = 2\n").starts_with("settings file \"FILE\" is no TOML at line 2"));
    EXPECT_TRUE(problem_of_file("\xff\xfe\n").starts_with("settings file \"FILE\" is no TOML"));
    EXPECT_EQ(problem_of_file(std::string((1 << 20) + 1, '#')), "settings file \"FILE\" is larger than 1 MiB");
    EXPECT_EQ(only_problem(load({.config_file = "/does/not/exist"})),
              "settings file \"/does/not/exist\" cannot be read: No such file or directory");
    EXPECT_TRUE(only_problem(load({.config_file = "/"})).starts_with("settings file \"/\" cannot be read"));
}

TEST(Load, AValueIsCheckedAlsoWhenAnotherGoesBefore) {
    const Loaded loaded = load({.flags = {{"io_threads", "2"}}, .environment = {"SMEW_IO_THREADS=many"}});
    EXPECT_EQ(loaded.problems.size(), 1U);
}

TEST(Load, AllProblemsAreTold) {
    const Loaded loaded = load({.flags = {{"io_threads", "x"}}, .environment = {"SMEW_A=1", "SMEW_HTTP_TLS=x"}});
    EXPECT_EQ(loaded.problems.size(), 3U);
}

TEST(Load, SecretsAreNotToldInProblems) {
    const std::string problem = only_problem(load({.environment = {"SMEW_ADMIN_KEY=hush\x01hush"}}));
    EXPECT_EQ(problem.find("hush"), std::string::npos);
    EXPECT_NE(problem.find("SMEW_ADMIN_KEY"), std::string::npos);
}

TEST(Load, ProblemsAreSafeToPrint) {
    const std::string problem = only_problem(load({.environment = {"SMEW_\x1b[2J=1"}}));
    EXPECT_NE(problem.find("SMEW_\\x1b[2J"), std::string::npos);
}

TEST(Load, SettingsThatBelongTogether) {
    EXPECT_NE(only_problem(load({.flags = {{"tls_cert_file", "a.pem"}}})).find("tls_key_file"), std::string::npos);
    EXPECT_NE(only_problem(load({.flags = {{"workspace_max_ttl_hours", "1"}}})).find("workspace_default_ttl_hours"),
              std::string::npos);
}

TEST(Load, WorkersGetNoSystemUser) {
    EXPECT_NE(only_problem(load({.flags = {{"worker_uid_base", "33"}}})).find("worker_uid_base"), std::string::npos);
    EXPECT_TRUE(load({.flags = {{"worker_uid_base", "0"}}}).problems.empty());
    EXPECT_TRUE(load({.flags = {{"worker_uid_base", "10000"}}}).problems.empty());
}

TEST(Load, SecretsLeaveTheEnvironment) {
    ::setenv("SMEW_ADMIN_KEY", "hush", 1);
    const std::vector<std::string> before = process_environment();
    EXPECT_NE(std::ranges::find(before, "SMEW_ADMIN_KEY=hush"), before.end());
    remove_secrets_from_environment();
    EXPECT_EQ(::getenv("SMEW_ADMIN_KEY"), nullptr);
}

}  // namespace
}  // namespace smew::config
