#pragma once
// Where things lie under data_dir, and who may read them. Paths are built from numbers the metadata store gives, never
// from a name a user chose.
//
//   metadata.sqlite                     the metadata store (0600)
//   tls/                                the self-signed certificate (0600)
//   projects/{project}/versions/        table versions {version token}.duckdb, 0444; group: the project's
//   projects/{project}/staging/         of loaders: half-made versions, exports, uploads; emptied at start
//   projects/{project}/files/           uploaded files {token}
//   workspaces/{workspace}/             workspace.duckdb and its .wal, tmp/ (0700, the worker's user)

#include "catalog/store.hpp"
#include "core/bytes.hpp"
#include "core/error.hpp"

#include <filesystem>
#include <string>

namespace smew::storage {

class Layout {
  public:
    // Makes what is missing. `uid_base` > 0: directories are handed to the workers' users (needs root).
    Layout(std::filesystem::path data_dir, std::uint32_t uid_base);

    std::filesystem::path metadata_file() const;
    std::filesystem::path tls_dir() const;
    std::filesystem::path versions_dir(std::int64_t project) const;
    std::filesystem::path staging_dir(std::int64_t project) const;
    std::filesystem::path files_dir(std::int64_t project) const;
    std::filesystem::path workspace_dir(std::int64_t workspace) const;
    std::filesystem::path workspace_file(std::int64_t workspace) const;  // workspace_dir/workspace.duckdb
    std::filesystem::path absolute(const std::string& relative) const;   // of a path the metadata store keeps
    std::string relative(const std::filesystem::path& absolute) const;

    Result<void> make_project(std::int64_t project) const;
    Result<void> make_workspace(std::int64_t workspace, std::int64_t project) const;
    void remove_project(std::int64_t project) const;
    void remove_workspace(std::int64_t workspace) const;

    // Users and groups of workers; 0 when smew does not run as root or uid_base is 0.
    std::uint32_t workspace_uid(std::int64_t workspace) const;
    std::uint32_t loader_uid(std::int64_t project) const;
    std::uint32_t project_gid(std::int64_t project) const;

    std::filesystem::path new_staging_path(std::int64_t project, std::string_view suffix) const;  // fresh random name

  private:
    std::filesystem::path root_;
    std::uint32_t uid_base_;
};

// Size of all regular files below `dir`, 0 when there is none.
Bytes directory_size(const std::filesystem::path& dir);

}  // namespace smew::storage
