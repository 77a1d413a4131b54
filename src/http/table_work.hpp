#pragma once
// Making a new version of a table: one writer at a time, in a loader, published in one step, or nothing changes.

#include "http/lookup.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace smew::http {

// A file in staging that goes away with its owner unless it was published.
class StagingFile {
public:
    explicit StagingFile(std::filesystem::path path) : path_(std::move(path)) {}
    ~StagingFile();
    StagingFile(const StagingFile&) = delete;
    StagingFile& operator=(const StagingFile&) = delete;
    const std::filesystem::path& path() const { return path_; }
    void keep() { path_.clear(); }

private:
    std::filesystem::path path_;
};

// As loaders are told it.
std::string job_path(const std::filesystem::path& path);
std::string version_path(const catalog::Table& table, const Context& context);

// A loader's work, waited for: a part of the request's trace.
Result<link::JobOutcome> run_job(const Request& request, Context& context, const catalog::Project& project,
                                 link::LoadJob job);

struct Rewrite {
    std::vector<link::RewriteJob::Column> columns;
    std::vector<std::string> primary_key;
    std::string delete_where;
};
// Every column as it is.
Rewrite unchanged(const catalog::Table& table);

struct Rewritten {
    TablePlace place;  // with the table as it is now
    link::JobOutcome outcome;
};
// Applies what `plan` makes of the current version; plans again when another gateway published in between.
Rewritten rewrite_table(const Request& request, Context& context,
                        const std::function<Rewrite(const catalog::Table&)>& plan);

// A column that was described in a body: name, type, nullable, default. 422 for what no column can be.
link::ColumnSpec column_spec(const boost::json::value& body);
// Of a JSON value: text is SQL, numbers and booleans stand for themselves. 422 naming `field`.
std::string default_expression(const boost::json::value& value, std::string_view field);
// 400 column_not_found, 422 for a column named twice.
void check_primary_key(const std::vector<std::string>& key, const std::vector<link::ColumnSpec>& columns);

}  // namespace smew::http
