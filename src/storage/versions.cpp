#include "storage/versions.hpp"

#include <system_error>
#include <utility>

namespace smew::storage {
namespace {

namespace fs = std::filesystem;

void discard(const fs::path& file) {
    std::error_code ignored;  // what stays is removed at the next start
    fs::remove(file, ignored);
}

// A refusal by the rules was rolled back. After a failure of disk or memory the transaction may yet be found in the log
// at the next start, and would point at a file that is gone.
bool may_have_been_written(const Error& error) {
    const std::string_view kind = error.code.error_class();
    return kind == "53" || kind == "57" || kind == "58" || kind == "XX";
}

}  // namespace

Versions::Versions(const Layout& layout, catalog::Store& store, std::function<void(const ProjectId&)> changed)
    : layout_(layout), store_(store), changed_(std::move(changed)) {}

Result<catalog::NewVersion> Versions::adopted_version(std::int64_t project, const fs::path& staging_file,
                                                      const link::JobOutcome& made,
                                                      const std::vector<std::string>& primary_key) const {
    auto file = adopt(project, staging_file);
    if (!file) {
        // Nothing outside the staging directory is ours to remove.
        if (staging_file.parent_path() == layout_.staging_dir(project)) discard(staging_file);
        return file.error();
    }
    std::error_code failed;
    const std::uintmax_t size = fs::file_size(layout_.absolute(*file), failed);
    return catalog::NewVersion{.file = std::move(*file),
                               .row_count = made.table_rows,
                               .size_bytes = failed ? made.file_bytes : size,
                               .columns = made.columns,
                               .primary_key = primary_key};
}

Result<catalog::Table> Versions::settled(const ProjectId& project, const std::string& file,
                                         Result<catalog::Table> outcome) {
    if (outcome) {
        changed_(project);
    } else if (!may_have_been_written(outcome.error())) {
        discard(layout_.absolute(file));
    }
    return outcome;
}

Result<catalog::Table> Versions::create_table(const catalog::Project& project, std::string_view bucket,
                                              std::string_view name, std::string_view description,
                                              const std::vector<std::string>& column_descriptions,
                                              const fs::path& staging_file, const link::JobOutcome& made,
                                              const std::vector<std::string>& primary_key) {
    const auto first = adopted_version(project.number, staging_file, made, primary_key);
    if (!first) return first.error();
    return settled(project.id, first->file,
                   store_.create_table(project.id, bucket, name, description, column_descriptions, *first));
}

Result<catalog::Table> Versions::publish(const catalog::Project& project, const catalog::Table& based_on,
                                         const fs::path& staging_file, const link::JobOutcome& made,
                                         const std::vector<std::string>& primary_key) {
    const auto next = adopted_version(project.number, staging_file, made, primary_key);
    if (!next) return next.error();
    return settled(project.id, next->file, store_.publish_version(based_on.id, based_on.version, *next));
}

}  // namespace smew::storage
