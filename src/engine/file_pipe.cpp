#include "engine/file_pipe.hpp"

#include <duckdb/common/exception.hpp>
#include <duckdb/common/string_util.hpp>

#include <utility>

namespace smew::engine {
namespace {

constexpr std::size_t kMaxUnreadBytes = 4U << 20;

class PipeHandle final : public duckdb::FileHandle {
public:
    PipeHandle(duckdb::FileSystem& files, const std::string& name, duckdb::FileOpenFlags mode,
               std::shared_ptr<FilePipe> pipe)
        : FileHandle(files, name, mode), pipe_(std::move(pipe)) {}

    void Close() override {}
    FilePipe& pipe() { return *pipe_; }

private:
    std::shared_ptr<FilePipe> pipe_;
};

class PipeFileSystem final : public duckdb::FileSystem {
public:
    explicit PipeFileSystem(std::shared_ptr<FilePipes> pipes) : pipes_(std::move(pipes)) {}

    std::string GetName() const override { return "SmewPipes"; }
    bool CanHandleFile(const std::string& path) override {
        return duckdb::StringUtil::StartsWith(path, FilePipes::kDirectory);
    }
    duckdb::unique_ptr<duckdb::FileHandle> OpenFile(const std::string& path, duckdb::FileOpenFlags flags,
                                                    duckdb::optional_ptr<duckdb::FileOpener>) override {
        auto pipe = pipes_->find(path);
        if (!pipe || flags.OpenForReading()) throw duckdb::IOException("No such pipe");
        return duckdb::make_uniq<PipeHandle>(*this, path, flags, std::move(pipe));
    }

    std::int64_t Write(duckdb::FileHandle& handle, void* buffer, std::int64_t count) override {
        pipe_of(handle).write({static_cast<const std::uint8_t*>(buffer), static_cast<std::size_t>(count)});
        return count;
    }
    void Write(duckdb::FileHandle& handle, void* buffer, std::int64_t count, duckdb::idx_t location) override {
        if (location != pipe_of(handle).written()) throw duckdb::IOException("A pipe is written from front to back");
        Write(handle, buffer, count);
    }
    std::int64_t GetFileSize(duckdb::FileHandle& handle) override {
        return static_cast<std::int64_t>(pipe_of(handle).written());
    }
    duckdb::idx_t SeekPosition(duckdb::FileHandle& handle) override { return pipe_of(handle).written(); }
    duckdb::FileType GetFileType(duckdb::FileHandle&) override { return duckdb::FileType::FILE_TYPE_FIFO; }
    void FileSync(duckdb::FileHandle&) override {}
    bool FileExists(const std::string&, duckdb::optional_ptr<duckdb::FileOpener>) override { return false; }
    bool DirectoryExists(const std::string&, duckdb::optional_ptr<duckdb::FileOpener>) override { return false; }
    bool IsPipe(const std::string&, duckdb::optional_ptr<duckdb::FileOpener>) override { return true; }
    bool TryRemoveFile(const std::string&, duckdb::optional_ptr<duckdb::FileOpener>) override { return false; }
    bool CanSeek() override { return false; }
    bool OnDiskFile(duckdb::FileHandle&) override { return false; }

private:
    static FilePipe& pipe_of(duckdb::FileHandle& handle) { return handle.Cast<PipeHandle>().pipe(); }

    std::shared_ptr<FilePipes> pipes_;
};

}  // namespace

void FilePipe::write(ByteSpan bytes) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return closed_ || unread_.size() < kMaxUnreadBytes; });
    if (closed_) throw duckdb::IOException("Nobody reads the pipe");
    unread_.insert(unread_.end(), bytes.begin(), bytes.end());
    written_ += bytes.size();
    changed_.notify_all();
}

std::uint64_t FilePipe::written() {
    const std::lock_guard lock(mutex_);
    return written_;
}

void FilePipe::end() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
}

bool FilePipe::read(std::vector<std::uint8_t>& into) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ended_ || !unread_.empty(); });
    into.clear();
    std::swap(into, unread_);
    changed_.notify_all();
    return !into.empty();
}

void FilePipe::close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
}

std::string FilePipes::add(std::shared_ptr<FilePipe> pipe) {
    const std::lock_guard lock(mutex_);
    std::string path = kDirectory + std::to_string(next_++);
    pipes_.emplace(path, std::move(pipe));
    return path;
}

void FilePipes::remove(const std::string& path) {
    const std::lock_guard lock(mutex_);
    pipes_.erase(path);
}

std::shared_ptr<FilePipe> FilePipes::find(const std::string& path) {
    const std::lock_guard lock(mutex_);
    const auto found = pipes_.find(path);
    return found == pipes_.end() ? nullptr : found->second;
}

duckdb::unique_ptr<duckdb::FileSystem> pipe_file_system(std::shared_ptr<FilePipes> pipes) {
    return duckdb::make_uniq<PipeFileSystem>(std::move(pipes));
}

}  // namespace smew::engine
