#pragma once
// Publication of table versions: staging file → fsync → mode 0444 → rename into versions/ → directory fsync → metadata
// transaction → generation bump. A crash at any point leaves the old version current and at worst a file nobody names,
// which clean_at_start removes.

#include "catalog/store.hpp"
#include "storage/layout.hpp"

#include <functional>

namespace smew::storage {

class Versions {
  public:
    // `changed` is called after each metadata transaction that changed what a project's names mean, before the caller
    // gets its result: it bumps the project's generation.
    Versions(const Layout& layout, catalog::Store& store, std::function<void(const ProjectId&)> changed);

    // Moves a finished staging file into versions/; returns its path relative to data_dir.
    Result<std::string> adopt(std::int64_t project, const std::filesystem::path& staging_file) const;

    Result<catalog::Table> create_table(const catalog::Project& project, std::string_view bucket, std::string_view name,
                                        std::string_view description, const std::vector<std::string>& column_descriptions,
                                        const std::filesystem::path& staging_file, const link::JobOutcome& made,
                                        const std::vector<std::string>& primary_key);
    Result<catalog::Table> publish(const catalog::Project& project, const catalog::Table& based_on,
                                   const std::filesystem::path& staging_file, const link::JobOutcome& made,
                                   const std::vector<std::string>& primary_key);

    // Removes staging files, version files and directories that no row points at. Before any worker runs.
    void clean_at_start() const;
    // Unlinks versions replaced longer ago than `grace`.
    void collect(std::chrono::seconds grace, const Clock& clock) const;

  private:
    const Layout& layout_;
    catalog::Store& store_;
    std::function<void(const ProjectId&)> changed_;
};

}  // namespace smew::storage
