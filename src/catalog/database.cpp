#include "catalog/database.hpp"

#include "catalog/migrations.hpp"
#include "core/fd.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>

namespace smew::catalog {
namespace {

// More readers than this wait for one another: a read takes some tens of microseconds.
constexpr std::size_t kMaxReaders = 8;
constexpr mode_t kOwnerOnly = S_IRUSR | S_IWUSR;

// Verifiers and key hashes lie in it. SQLite gives its -wal and -shm the mode of the database file.
const std::string& made_private(const std::string& file) {
    const UniqueFd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kOwnerOnly));
    if (!fd || ::fchmod(fd.get(), kOwnerOnly) != 0) {
        throw ErrorException({.code = sqlstate::kIoError,
                              .message = "cannot open the metadata store " + file + ": " + std::strerror(errno)});
    }
    return file;
}

}  // namespace

Database::Database(const std::string& file) : file_(file), writer_(made_private(file), Connection::Access::kReadWrite) {
    writer_.run_script("PRAGMA journal_mode = WAL; PRAGMA journal_size_limit = 67108864;");
    migrate(writer_, migrations());
}

std::unique_ptr<Connection> Database::take_reader() {
    std::unique_lock lock(readers_mutex_);
    reader_idle_.wait(lock, [&] { return !idle_readers_.empty() || reader_count_ < kMaxReaders; });
    if (!idle_readers_.empty()) {
        auto reader = std::move(idle_readers_.back());
        idle_readers_.pop_back();
        return reader;
    }
    auto reader = std::make_unique<Connection>(file_, Connection::Access::kReadOnly);
    ++reader_count_;
    return reader;
}

void Database::give_back(std::unique_ptr<Connection> reader) {
    const std::scoped_lock lock(readers_mutex_);
    idle_readers_.push_back(std::move(reader));
    reader_idle_.notify_one();
}

}  // namespace smew::catalog
