#pragma once
// Where things lie under data_dir, and who may read them. Paths are built from numbers the metadata store gives, never
// from a name a user chose.
//
//   (data_dir)                          0711 when it was made here; an existing one is only made passable
//   metadata.sqlite                     the metadata store (0600)
//   tls/                                the self-signed certificate (0700)
//   projects/, workspaces/              0711
//   projects/{project}/                 0711
//   projects/{project}/versions/        table versions {version token}.duckdb, 0440; 0750, group: the project's
//   projects/{project}/staging/         of loaders: half-made versions, exports, uploads; emptied at start; 0700, the
//   loader's projects/{project}/files/           uploaded files {token}; 0750, group: the project's
//   workspaces/{workspace}/             workspace.duckdb and its .wal, tmp/ (0700, the worker's user)
//
// Users and groups, when smew runs as root: with base b, workspace w runs as user b + 2w, the loaders of project p as
// user b + 2p + 1 (even and odd: no number is taken twice, numbers are never reused), both in group b + p of the
// project. Without them all belongs to smew's own user, directories other than (data_dir) are 0700 or 0750 and version
// files 0444.

#include "catalog/store.hpp"
#include "core/bytes.hpp"
#include "core/error.hpp"

#include <filesystem>
#include <string>

namespace smew::storage {

class Layout {
public:
    // Makes what is missing. `uid_base` > 0: directories are handed to the workers' users (needs root). Throws
    // ErrorException when data_dir cannot be used.
    Layout(const std::filesystem::path& data_dir, std::uint32_t uid_base);

    // Empty: workers get users of their own, or that was not asked for. Else why they cannot although it was asked for
    // (a directory above data_dir lets no other user through); all ids are 0 then. Also logged as a warning.
    const std::string& separation_problem() const { return separation_problem_; }

    std::filesystem::path metadata_file() const;
    std::filesystem::path tls_dir() const;
    std::filesystem::path versions_dir(std::int64_t project) const;
    std::filesystem::path staging_dir(std::int64_t project) const;
    std::filesystem::path files_dir(std::int64_t project) const;
    std::filesystem::path workspace_dir(std::int64_t workspace) const;
    std::filesystem::path workspace_file(std::int64_t workspace) const;  // workspace_dir/workspace.duckdb
    // Of a path the metadata store keeps, or of a name in this layout. Throws XX001 for one that leads out of data_dir.
    std::filesystem::path absolute(const std::string& relative) const;
    std::string relative(const std::filesystem::path& absolute) const;

    // Make what is missing and set right what is there; durable on return.
    Result<void> make_project(std::int64_t project) const;
    Result<void> make_workspace(std::int64_t workspace, std::int64_t project) const;
    void remove_project(std::int64_t project) const;
    void remove_workspace(std::int64_t workspace) const;

    // Users and groups of workers; 0 when smew does not run as root or uid_base is 0. Throws 54000 past the last id.
    std::uint32_t workspace_uid(std::int64_t workspace) const;
    std::uint32_t loader_uid(std::int64_t project) const;
    std::uint32_t project_gid(std::int64_t project) const;

    // A fresh random name, ending in `suffix` ([A-Za-z0-9._-]*). Who creates the file there uses O_EXCL and O_NOFOLLOW:
    // the directory belongs to the loaders.
    std::filesystem::path new_staging_path(std::int64_t project, std::string_view suffix) const;

private:
    bool separates_users() const { return uid_base_ != 0; }
    std::filesystem::path project_dir(std::int64_t project) const;

    std::filesystem::path root_;
    std::uint32_t uid_base_ = 0;  // 0: workers keep smew's user
    std::string separation_problem_;
};

// Size of all regular files below `dir`, 0 when there is none. Follows no symbolic link; files may vanish meanwhile.
Bytes directory_size(const std::filesystem::path& dir);

}  // namespace smew::storage
