// What takes files away again: at start those that no row points at, and later the versions nobody needs.

#include "storage/directory.hpp"
#include "storage/versions.hpp"
#include "telemetry/log.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <optional>
#include <unistd.h>

namespace smew::storage {
namespace {

namespace fs = std::filesystem;

// The number that names a directory of ours; what is called otherwise was not made by smew and is left alone.
std::optional<std::int64_t> number_of(const std::string& name) {
    std::int64_t number = 0;
    const auto [end, failed] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (failed != std::errc() || number < 1 || std::to_string(number) != name) return std::nullopt;
    return number;
}

std::vector<std::int64_t> numbers_in(const fs::path& directory) {
    std::vector<std::int64_t> numbers;
    for (const auto& name : names_in(directory)) {
        if (const auto number = number_of(name)) numbers.push_back(*number);
    }
    return numbers;
}

void remove_entry(const fs::path& path) {
    std::error_code failed;
    fs::remove_all(path, failed);
    if (failed) return log::warning("orphan_not_removed", {{"path", path.string()}, {"error", failed.message()}});
    log::info("orphan_removed", {{"path", path.string()}});
}

std::unordered_set<std::string> known_files(catalog::Store& store) {
    std::unordered_set<std::string> known;
    for (auto& file : store.version_files()) known.insert(std::move(file));
    for (auto& file : store.file_paths()) known.insert(std::move(file));
    return known;
}

// A directory with a number the store has never given out: the store was lost, or is an old copy of itself. What lies
// there is somebody's work, not an orphan.
void check_store_knows(std::string_view what, const std::vector<std::int64_t>& on_disk, std::int64_t last_given) {
    const auto stranger = std::ranges::find_if(on_disk, [&](std::int64_t number) { return number > last_given; });
    if (stranger == on_disk.end()) return;
    const std::string place = std::string(what) + "/" + std::to_string(*stranger);
    throw ErrorException({.code = sqlstate::kObjectNotInPrerequisiteState,
                          .message = "the data directory holds " + place + ", which the metadata store never knew",
                          .hint = "Restore the newest metadata.sqlite, or move " + place + " away."});
}

bool contains(const std::vector<std::int64_t>& sorted, std::int64_t number) {
    return std::ranges::binary_search(sorted, number);
}

}  // namespace

void Versions::clean_project(std::int64_t project, const std::unordered_set<std::string>& known) const {
    for (const auto& name : names_in(layout_.staging_dir(project))) remove_entry(layout_.staging_dir(project) / name);
    for (const auto& directory : {layout_.versions_dir(project), layout_.files_dir(project)}) {
        for (const auto& name : names_in(directory)) {
            if (!known.contains(layout_.relative(directory / name))) remove_entry(directory / name);
        }
    }
    layout_.make_project(project).value();
}

void Versions::clean_at_start() const {
    const auto projects_on_disk = numbers_in(layout_.absolute("projects"));
    const auto workspaces_on_disk = numbers_in(layout_.absolute("workspaces"));
    const auto last = store_.last_numbers();
    check_store_knows("projects", projects_on_disk, last.project);
    check_store_knows("workspaces", workspaces_on_disk, last.workspace);

    const auto known = known_files(store_);
    const auto projects = store_.project_numbers();
    for (const std::int64_t project : projects) clean_project(project, known);
    for (const std::int64_t project : projects_on_disk) {
        if (!contains(projects, project)) layout_.remove_project(project);
    }
    const auto workspaces = store_.workspace_numbers();
    for (const std::int64_t workspace : workspaces_on_disk) {
        if (!contains(workspaces, workspace)) layout_.remove_workspace(workspace);
        // Left by a worker that was killed with its gateway; nobody may open the workspace for long.
        const fs::path temp = layout_.workspace_dir(workspace) / "tmp";
        if (fs::exists(temp)) remove_entry(temp);
    }
}

void Versions::collect(std::chrono::seconds grace, const Clock& clock) const {
    for (const auto& stale : store_.stale_versions(clock.now() - grace)) {
        const fs::path file = layout_.absolute(stale.file);
        // The file first: a row without a file is forgotten the next time, a file without a row would have to wait for
        // the next start.
        if (::unlink(file.c_str()) == 0 || errno == ENOENT || errno == ENOTDIR) {
            store_.forget_version(stale.id);
        } else {
            log::warning("version_not_removed", {{"path", file.string()}, {"errno", errno}});
        }
    }
}

}  // namespace smew::storage
