#include "engine/commit_log.hpp"

#include <duckdb/common/local_file_system.hpp>
#include <duckdb/common/string_util.hpp>
#include <duckdb/common/virtual_file_system.hpp>

namespace smew::engine {
namespace {

// The second takes commits while a checkpoint runs, and then the first one's place.
bool is_log(const std::string& path) {
    return duckdb::StringUtil::EndsWith(path, ".wal") || duckdb::StringUtil::EndsWith(path, ".wal.checkpoint");
}

// Whatever changes another file, or takes a log away, comes after the commits before it.
class CommitLogFiles final : public duckdb::LocalFileSystem {
public:
    explicit CommitLogFiles(std::shared_ptr<CommitLog> log) : log_(std::move(log)) {}

    void FileSync(duckdb::FileHandle& handle) override {
        if (is_log(handle.GetPath()) && log_->defer(handle.GetPath())) return;
        log_->settle();
        LocalFileSystem::FileSync(handle);
    }
    void Write(duckdb::FileHandle& handle, void* buffer, std::int64_t bytes, duckdb::idx_t location) override {
        log_->settle();
        LocalFileSystem::Write(handle, buffer, bytes, location);
    }
    std::int64_t Write(duckdb::FileHandle& handle, void* buffer, std::int64_t bytes) override {
        if (!is_log(handle.GetPath())) log_->settle();
        return LocalFileSystem::Write(handle, buffer, bytes);
    }
    bool Trim(duckdb::FileHandle& handle, duckdb::idx_t offset, duckdb::idx_t length) override {
        log_->settle();
        return LocalFileSystem::Trim(handle, offset, length);
    }
    void Truncate(duckdb::FileHandle& handle, std::int64_t size) override {
        log_->settle();
        LocalFileSystem::Truncate(handle, size);
    }
    void MoveFile(const std::string& source, const std::string& target,
                  duckdb::optional_ptr<duckdb::FileOpener> opener) override {
        log_->settle();
        LocalFileSystem::MoveFile(source, target, opener);
    }
    // Also what TryRemoveFile() ends in.
    void RemoveFile(const std::string& name, duckdb::optional_ptr<duckdb::FileOpener> opener) override {
        log_->settle();
        LocalFileSystem::RemoveFile(name, opener);
    }

private:
    std::shared_ptr<CommitLog> log_;
};

}  // namespace

duckdb::unique_ptr<duckdb::FileSystem> commit_log_files(std::shared_ptr<CommitLog> log) {
    return duckdb::make_uniq<duckdb::VirtualFileSystem>(duckdb::make_uniq<CommitLogFiles>(std::move(log)));
}

}  // namespace smew::engine
