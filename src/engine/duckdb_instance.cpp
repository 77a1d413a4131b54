#include "engine/duckdb_instance.hpp"

#include "engine/commit_log.hpp"
#include "engine/errors.hpp"

#include <duckdb.hpp>
#include <duckdb/main/config.hpp>

namespace smew::engine {
namespace {

std::string quote(std::string_view text, char mark) {
    std::string out(1, mark);
    for (const char c : text) {
        if (c == mark) out += mark;
        out += c;
    }
    return out + mark;
}

std::string bytes_literal(Bytes bytes) {
    return quote(std::to_string(bytes.count) + "B", '\'');
}

void configure(duckdb::DBConfig& config, const OpenOptions& options) {
    config.SetOptionByName("threads", duckdb::Value::BIGINT(options.threads));
    if (options.own_threads) config.SetOptionByName("external_threads", duckdb::Value::BIGINT(options.threads));
    config.SetOptionByName("autoinstall_known_extensions", duckdb::Value::BOOLEAN(false));
    config.SetOptionByName("autoload_known_extensions", duckdb::Value::BOOLEAN(false));
    // New files can hold every type of this version; only this version and later ones read them.
    config.SetOptionByName("storage_compatibility_version", duckdb::Value("latest"));
    if (options.commits) config.file_system = commit_log_files(options.commits);
    config.SetOptionByName("temp_directory", duckdb::Value(options.temp_dir));
    if (options.memory_limit.count > 0) {
        config.SetOptionByName("memory_limit", duckdb::Value(std::to_string(options.memory_limit.count) + "B"));
    }
}

// max_temp_directory_size given when opening is silently not enforced (measured with 1.5.5), so it is set by SQL.
std::string settings_sql(const OpenOptions& options) {
    std::string sql = "SET allow_community_extensions=false;SET allow_persistent_secrets=false;";
    std::string dirs;
    for (const std::string& dir : options.readable_dirs) dirs += (dirs.empty() ? "" : ",") + sql_literal(dir);
    if (!dirs.empty()) sql += "SET allowed_directories=[" + dirs + "];";
    if (options.temp_limit.count > 0 && !options.temp_dir.empty()) {
        sql += "SET max_temp_directory_size=" + bytes_literal(options.temp_limit) + ";";
    }
    return sql;
}

}  // namespace

std::string sql_literal(std::string_view text) {
    return quote(text, '\'');
}
std::string sql_identifier(std::string_view name) {
    return quote(name, '"');
}

Result<void> run_sql(duckdb::Connection& connection, const std::string& sql) {
    try {
        const auto result = connection.Query(sql);
        if (result->HasError()) return to_error(result->GetErrorObject(), sql);
        return {};
    } catch (const std::exception& exception) {
        return to_error(exception, sql);
    }
}

Result<std::unique_ptr<duckdb::DuckDB>> open_duckdb(const OpenOptions& options) {
    try {
        duckdb::DBConfig config;
        configure(config, options);
        auto database = std::make_unique<duckdb::DuckDB>(options.database_file, &config);
        duckdb::Connection connection(*database);
        if (auto set = run_sql(connection, settings_sql(options)); !set) return set.error();
        // Without these "SELECT * FROM 'file.csv'" is an unknown relation like any other.
        duckdb::DBConfig::GetConfig(*database->instance).replacement_scans.clear();
        return database;
    } catch (const std::exception& exception) {
        return to_error(exception);
    }
}

Result<void> lock_duckdb(duckdb::DuckDB& database) {
    duckdb::Connection connection(database);
    return run_sql(connection, "SET enable_external_access=false;SET lock_configuration=true;");
}

}  // namespace smew::engine
