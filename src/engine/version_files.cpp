#include "engine/version_files.hpp"

#include "engine/duckdb_instance.hpp"
#include "engine/errors.hpp"

#include <duckdb.hpp>
#include <duckdb/main/attached_database.hpp>
#include <duckdb/main/database_manager.hpp>

#include <algorithm>
#include <cctype>

namespace smew::engine {

VersionFiles::VersionFiles(duckdb::DuckDB& database)
    : database_(database),
      connection_(std::make_unique<duckdb::Connection>(database)),
      next_sweep_(Clock::now() + kSweepEvery) {}

VersionFiles::~VersionFiles() = default;

bool VersionFiles::is_alias(std::string_view name) {
    const std::size_t at = name.rfind('@');
    if (at == std::string_view::npos || at + 1 == name.size() || name.find('.') >= at) return false;
    return std::all_of(name.begin() + static_cast<std::ptrdiff_t>(at) + 1, name.end(),
                       [](unsigned char c) { return std::isdigit(c) != 0; });
}

std::size_t VersionFiles::attached() const {
    const std::lock_guard lock(mutex_);
    return by_file_.size();
}

bool VersionFiles::touch(const std::string& file) {
    const std::lock_guard lock(mutex_);
    const auto found = by_file_.find(file);
    if (found == by_file_.end()) return false;
    found->second.last_used = Clock::now();
    return true;
}

Result<void> VersionFiles::attach_file(const TableVersion& version, const std::string& alias) {
    // Hidden: neither duckdb_databases(), information_schema nor any other list of the catalog shows it.
    const auto attached = run_sql(
        *connection_, "ATTACH " + sql_literal(version.file) + " AS " + sql_identifier(alias) + " (READ_ONLY, HIDDEN)");
    if (attached) return {};
    return Error{sqlstate::kIoError,
                 "project table \"" + version.schema + "." + version.table + "\" cannot be read at the moment",
                 without_paths(without_aliases(attached.error().message)),
                 "Try again; if it stays so, tell the project's admin."};
}

Result<std::string> VersionFiles::attach(const TableVersion& version, duckdb::ClientContext& user) {
    const std::lock_guard lock(mutex_);
    const Clock::time_point now = Clock::now();
    auto found = by_file_.find(version.file);
    if (found == by_file_.end()) {
        const std::string name = version.schema + "." + version.table;
        std::string alias = name + "@" + std::to_string(version.version_id);
        if (auto attached = attach_file(version, alias); !attached) return attached.error();
        mark_superseded(name, version.file);
        if (now >= next_sweep_ || superseded() > kMaxSuperseded) sweep(now);
        found = by_file_.emplace(version.file, Attachment{std::move(alias), name, now}).first;
    }
    found->second.last_used = now;
    found->second.superseded = false;
    // Under the lock, so that no sweep comes between: the transaction holds what it has referenced.
    if (!duckdb::DatabaseManager::Get(user).GetDatabase(user, found->second.alias)) {
        return Error{sqlstate::kInternalError, "the attached version of \"" + found->second.name + "\" was lost"};
    }
    return found->second.alias;
}

void VersionFiles::mark_superseded(const std::string& name, const std::string& current_file) {
    for (auto& [file, attachment] : by_file_) {
        if (attachment.name == name && file != current_file) attachment.superseded = true;
    }
}

// Only what nobody references: DuckDB would keep a detached file open for its last transaction, but attaching the same
// file again in that time would wait for it for ever.
bool VersionFiles::detach(const Attachment& attachment) {
    auto database = duckdb::DatabaseManager::Get(*database_.instance).GetDatabase(attachment.alias);
    if (database && database.use_count() > 2) return false;
    database.reset();
    return static_cast<bool>(run_sql(*connection_, "DETACH DATABASE IF EXISTS " + sql_identifier(attachment.alias)));
}

void VersionFiles::release_superseded(Clock::time_point now) {
    const std::lock_guard lock(mutex_);
    sweep(now);
}

std::size_t VersionFiles::superseded() const {
    return static_cast<std::size_t>(
        std::count_if(by_file_.begin(), by_file_.end(), [](const auto& entry) { return entry.second.superseded; }));
}

void VersionFiles::sweep(Clock::time_point now) {
    next_sweep_ = now + kSweepEvery;
    const Clock::duration keep = superseded() > kMaxSuperseded ? Clock::duration(kKeepUnusedWhenMany) : kKeepUnused;
    for (auto at = by_file_.begin(); at != by_file_.end();) {
        const bool idle = at->second.superseded && at->second.last_used + keep <= now;
        at = idle && detach(at->second) ? by_file_.erase(at) : std::next(at);
    }
}

}  // namespace smew::engine
