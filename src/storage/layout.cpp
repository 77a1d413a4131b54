#include "storage/layout.hpp"

#include "core/random.hpp"
#include "storage/directory.hpp"
#include "telemetry/log.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <sys/stat.h>
#include <unistd.h>

namespace smew::storage {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kOwnerOnly = 0700;
constexpr mode_t kPassThrough = 0711;
constexpr mode_t kGroupReads = 0750;
constexpr std::size_t kTokenLength = 24;
// Ids above are negative where a program takes them for int.
constexpr std::int64_t kLastId = std::numeric_limits<std::int32_t>::max() - 1;

std::uint32_t checked_id(std::int64_t base, std::int64_t offset) {
    if (offset < 0 || offset > kLastId - base) {
        throw ErrorException({.code = sqlstate::kProgramLimitExceeded,
                              .message = "no user id is left for number " + std::to_string(offset),
                              .hint = "Lower worker_uid_base."});
    }
    return static_cast<std::uint32_t>(base + offset);
}

fs::path made_root(const fs::path& data_dir) {
    try {
        const bool made = fs::create_directories(data_dir);
        if (made) fs::permissions(data_dir, static_cast<fs::perms>(kPassThrough));
        return fs::canonical(data_dir);
    } catch (const fs::filesystem_error& failure) {
        throw ErrorException(io_error("use data directory", data_dir, failure.code().value()));
    }
}

// The nearest directory above `path` that other users cannot pass through, empty when there is none.
fs::path barrier_above(const fs::path& path) {
    for (fs::path directory = path.parent_path();; directory = directory.parent_path()) {
        struct stat status {};
        if (::stat(directory.c_str(), &status) != 0 || (status.st_mode & S_IXOTH) == 0) return directory;
        if (directory == directory.root_path()) return {};
    }
}

// An existing data directory keeps its mode otherwise: it may have been made with care.
void let_through(const fs::path& directory) {
    try {
        fs::permissions(directory, static_cast<fs::perms>(S_IXUSR | S_IXGRP | S_IXOTH), fs::perm_options::add);
    } catch (const fs::filesystem_error& failure) {
        throw ErrorException(io_error("set the mode of", directory, failure.code().value()));
    }
}

bool is_file_suffix(std::string_view suffix) {
    return std::ranges::all_of(suffix, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
               c == '-';
    });
}

void remove_tree(const fs::path& directory) {
    std::error_code failed;
    fs::remove_all(directory, failed);  // does not follow symbolic links
    if (failed) log::warning("directory_not_removed", {{"path", directory.string()}, {"error", failed.message()}});
}

}  // namespace

Layout::Layout(const fs::path& data_dir, std::uint32_t uid_base) : root_(made_root(data_dir)) {
    if (uid_base != 0 && ::geteuid() == 0) {
        const fs::path barrier = barrier_above(root_);
        if (barrier.empty()) {
            uid_base_ = uid_base;
        } else {
            separation_problem_ = "workers keep smew's user: no other user can pass through " + barrier.string();
            log::warning("workers_without_own_users", {{"reason", separation_problem_}});
        }
    }
    if (separates_users()) let_through(root_);
    const mode_t mode = separates_users() ? kPassThrough : kOwnerOnly;
    const UniqueFd root = open_directory(root_).value();
    make_directory(root, "tls", {.mode = kOwnerOnly}).value();
    make_directory(root, "projects", {.mode = mode}).value();
    make_directory(root, "workspaces", {.mode = mode}).value();
}

fs::path Layout::metadata_file() const {
    return root_ / "metadata.sqlite";
}
fs::path Layout::tls_dir() const {
    return root_ / "tls";
}
fs::path Layout::project_dir(std::int64_t project) const {
    return root_ / "projects" / std::to_string(project);
}
fs::path Layout::versions_dir(std::int64_t project) const {
    return project_dir(project) / "versions";
}
fs::path Layout::staging_dir(std::int64_t project) const {
    return project_dir(project) / "staging";
}
fs::path Layout::files_dir(std::int64_t project) const {
    return project_dir(project) / "files";
}
fs::path Layout::workspace_dir(std::int64_t workspace) const {
    return root_ / "workspaces" / std::to_string(workspace);
}
fs::path Layout::workspace_file(std::int64_t workspace) const {
    return workspace_dir(workspace) / "workspace.duckdb";
}

fs::path Layout::absolute(const std::string& relative) const {
    const fs::path path(relative);
    const bool leads_up = std::ranges::find(path, fs::path("..")) != path.end();
    if (path.is_absolute() || leads_up || relative.find('\0') != std::string::npos) {
        throw ErrorException(
            {.code = sqlstate::kDataCorrupted, .message = "a stored path leads out of the data directory"});
    }
    return root_ / path;
}

std::string Layout::relative(const fs::path& absolute) const {
    return absolute.lexically_normal().lexically_relative(root_).string();
}

Result<void> Layout::make_project(std::int64_t project) const {
    const bool hand_over = separates_users();
    const gid_t group = project_gid(project);
    const auto projects = open_directory(root_ / "projects");
    if (!projects) return projects.error();
    const auto directory = make_directory(*projects, std::to_string(project),
                                          {.mode = hand_over ? kPassThrough : kOwnerOnly, .hand_over = hand_over});
    if (!directory) return directory.error();

    const Ownership read_by_project{.mode = kGroupReads, .gid = group, .hand_over = hand_over};
    const Ownership of_loaders{.mode = kOwnerOnly, .uid = loader_uid(project), .gid = group, .hand_over = hand_over};
    if (auto made = make_directory(*directory, "versions", read_by_project); !made) return made.error();
    if (auto made = make_directory(*directory, "files", read_by_project); !made) return made.error();
    if (auto made = make_directory(*directory, "staging", of_loaders); !made) return made.error();
    return {};
}

Result<void> Layout::make_workspace(std::int64_t workspace, std::int64_t project) const {
    const Ownership of_worker{.mode = kOwnerOnly,
                              .uid = workspace_uid(workspace),
                              .gid = project_gid(project),
                              .hand_over = separates_users()};
    const auto workspaces = open_directory(root_ / "workspaces");
    if (!workspaces) return workspaces.error();
    const auto directory = make_directory(*workspaces, std::to_string(workspace), of_worker);
    if (!directory) return directory.error();
    if (auto made = make_directory(*directory, "tmp", of_worker); !made) return made.error();
    return {};
}

void Layout::remove_project(std::int64_t project) const {
    remove_tree(project_dir(project));
}
void Layout::remove_workspace(std::int64_t workspace) const {
    remove_tree(workspace_dir(workspace));
}

std::uint32_t Layout::workspace_uid(std::int64_t workspace) const {
    return separates_users() ? checked_id(uid_base_, 2 * workspace) : 0;
}
std::uint32_t Layout::loader_uid(std::int64_t project) const {
    return separates_users() ? checked_id(uid_base_, 2 * project + 1) : 0;
}
std::uint32_t Layout::project_gid(std::int64_t project) const {
    return separates_users() ? checked_id(uid_base_, project) : 0;
}

fs::path Layout::new_staging_path(std::int64_t project, std::string_view suffix) const {
    if (!is_file_suffix(suffix)) throw std::invalid_argument("a suffix of a staging file is no part of a file name");
    return staging_dir(project) / (random_token(kTokenLength) + std::string(suffix));
}

}  // namespace smew::storage
