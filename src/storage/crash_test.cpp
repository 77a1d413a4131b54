#include "storage/test_versions.hpp"

#include <algorithm>
#include <array>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace smew::storage {
namespace {

namespace fs = std::filesystem;
using catalog::kNoon;
using catalog::new_key;

// Publishes for ever: row count and file content are the number, told on `out` once acknowledged.
[[noreturn]] void publish_until_killed(const Layout& layout, const Clock& clock, int out) {
    auto store = catalog::Store::open(layout.metadata_file(), clock);
    Versions versions(layout, *store, [](const ProjectId&) {});
    const auto project = store->project(ProjectId("p1")).value();
    auto table = store->table(project.id, "in.c-sales", "orders").value();
    for (std::uint64_t number = 1;; ++number) {
        const fs::path file = layout.new_staging_path(project.number, ".duckdb");
        std::ofstream(file) << number;
        table = versions.publish(project, table, file, outcome(number), {}).value();
        if (::write(out, &number, sizeof number) != sizeof number) ::_exit(1);
    }
}

// The last number acknowledged by a child that is killed at once after its `count`th.
std::uint64_t publish_and_kill(const Layout& layout, const Clock& clock, std::uint64_t count) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) throw std::runtime_error("pipe");
    const pid_t child = ::fork();
    if (child == 0) publish_until_killed(layout, clock, ends[1]);
    ::close(ends[1]);
    std::uint64_t last = 0, number = 0;
    while (::read(ends[0], &number, sizeof number) == sizeof number) {
        last = number;
        if (last == count) ::kill(child, SIGKILL);
    }
    ::close(ends[0]);
    ::waitpid(child, nullptr, 0);
    return last;
}

TEST(VersionsCrashTest, Kill9LeavesWhatWasAcknowledgedAndAtWorstOrphans) {
    const catalog::TempDir dir;
    const ManualClock clock(kNoon);
    const Layout layout(dir.path() / "data", 0);
    const ProjectId id("p1");
    {
        auto store = catalog::Store::open(layout.metadata_file(), clock);
        const auto project = store->create_project(id, "one", "", "{}", new_key("key_1")).value();
        store->create_bucket(id, "in.c-sales", "").value();
        layout.make_project(project.number).value();
        Versions versions(layout, *store, [](const ProjectId&) {});
        const fs::path file = layout.new_staging_path(project.number, ".duckdb");
        std::ofstream(file) << 0;
        versions.create_table(project, "in.c-sales", "orders", "", {}, file, outcome(0), {}).value();
    }
    for (std::uint64_t round = 1; round <= 8; ++round) {
        const std::uint64_t acknowledged = publish_and_kill(layout, clock, 3 * round);
        auto store = catalog::Store::open(layout.metadata_file(), clock);
        const Versions versions(layout, *store, [](const ProjectId&) {});
        versions.clean_at_start();

        const auto table = store->table(id, "in.c-sales", "orders").value();
        EXPECT_GE(table.row_count, acknowledged);
        EXPECT_LE(table.row_count, acknowledged + 1);
        EXPECT_EQ(content_of(layout.absolute(table.version_file)), std::to_string(table.row_count));
        auto stored = store->version_files();
        auto found = names_in(layout.versions_dir(1));
        for (auto& name : found) name = "projects/1/versions/" + name;
        std::ranges::sort(stored);
        std::ranges::sort(found);
        EXPECT_EQ(found, stored);
        EXPECT_TRUE(names_in(layout.staging_dir(1)).empty());
    }
}

}  // namespace
}  // namespace smew::storage
