#pragma once
// A file that is never on a disk: DuckDB writes it in one thread, another reads its bytes. Its writer waits while too
// much is unread. Internal to engine/.

#include "core/bytes.hpp"

#include <duckdb/common/file_system.hpp>

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace smew::engine {

class FilePipe {
public:
    // The writer's side. Throws when the reader has gone.
    void write(ByteSpan bytes);
    std::uint64_t written();
    void end();  // nothing more comes

    // The reader's side. What has come, in `into`; false at the end. Waits.
    bool read(std::vector<std::uint8_t>& into);
    void close();  // the reader goes: writing fails from now on

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::uint8_t> unread_;
    std::uint64_t written_ = 0;
    bool ended_ = false, closed_ = false;
};

// The pipes of an instance by the paths DuckDB knows them under. Thread-safe.
class FilePipes {
public:
    // All paths are below it. Nothing of that name need exist.
    static constexpr const char* kDirectory = "/dev/smew-pipe/";

    std::string add(std::shared_ptr<FilePipe> pipe);
    void remove(const std::string& path);
    std::shared_ptr<FilePipe> find(const std::string& path);

private:
    std::mutex mutex_;
    std::uint64_t next_ = 1;
    std::map<std::string, std::shared_ptr<FilePipe>> pipes_;
};

// For DuckDB's list of file systems: the pipes can be written, from front to back, and nothing else.
duckdb::unique_ptr<duckdb::FileSystem> pipe_file_system(std::shared_ptr<FilePipes> pipes);

}  // namespace smew::engine
