#pragma once
// Publication of table versions: staging file → fsync → mode 0444 → rename into versions/ → directory fsync → metadata
// transaction → generation bump. A crash at any point leaves the old version current and at worst a file nobody names,
// which clean_at_start removes.

#include "catalog/store.hpp"
#include "storage/layout.hpp"

#include <functional>
#include <string>
#include <unordered_set>
#include <vector>

namespace smew::storage {

class Versions {
public:
    // `changed` is called after each metadata transaction that changed what a project's names mean, before the caller
    // gets its result: it bumps the project's generation.
    Versions(const Layout& layout, catalog::Store& store, std::function<void(const ProjectId&)> changed);

    // Moves a finished staging file into versions/, durably; returns its path relative to data_dir. The loader is not
    // trusted: anything but a regular file of its own, with one name, directly in the staging directory is refused
    // (58030). Call it when the loader process has ended: what it still had open it could still write.
    Result<std::string> adopt(std::int64_t project, const std::filesystem::path& staging_file) const;

    // Both take the staging file over: on an error neither it nor a version file is left behind. (After a failure of
    // the disk nobody can tell whether the transaction will survive: then the version file stays until the next start.)
    // publish gives 40001 when somebody else has published since `based_on` was read.
    Result<catalog::Table> create_table(const catalog::Project& project, std::string_view bucket, std::string_view name,
                                        std::string_view description,
                                        const std::vector<std::string>& column_descriptions,
                                        const std::filesystem::path& staging_file, const link::JobOutcome& made,
                                        const std::vector<std::string>& primary_key);
    Result<catalog::Table> publish(const catalog::Project& project, const catalog::Table& based_on,
                                   const std::filesystem::path& staging_file, const link::JobOutcome& made,
                                   const std::vector<std::string>& primary_key);

    // Removes staging files, version files, uploads and directories that no row points at, and makes missing
    // directories of projects. Before any worker runs. Throws 55000, removing nothing, when a directory has a number
    // that the metadata store never gave out: then the store was lost or is an old copy.
    void clean_at_start() const;
    // Unlinks versions replaced longer ago than `grace`. Workers that have one open keep reading it.
    void collect(std::chrono::seconds grace, const Clock& clock) const;

private:
    Result<catalog::NewVersion> adopted_version(std::int64_t project, const std::filesystem::path& staging_file,
                                                const link::JobOutcome& made,
                                                const std::vector<std::string>& primary_key) const;
    Result<catalog::Table> settled(const ProjectId& project, const std::string& file, Result<catalog::Table> outcome);
    void clean_project(std::int64_t project, const std::unordered_set<std::string>& known) const;

    const Layout& layout_;
    catalog::Store& store_;
    std::function<void(const ProjectId&)> changed_;
};

}  // namespace smew::storage
