#pragma once
// The metadata database: one connection that writes and a few that read, so that a login never waits for another
// request's fsync (WAL: readers and the writer do not block each other). Inside catalog/ only. Thread-safe.

#include "catalog/sqlite.hpp"

#include <condition_variable>
#include <mutex>
#include <type_traits>
#include <utility>
#include <vector>

namespace smew::catalog {

template <class T>
inline constexpr bool kIsResult = false;
template <class T>
inline constexpr bool kIsResult<Result<T>> = true;

class Database {
public:
    // Opens or makes the file (mode 0600) and migrates it. Throws ErrorException.
    explicit Database(const std::string& file);

    // `work(Connection&)` in one transaction that sees one state. A failure of the store becomes the Result's error, or
    // is thrown on when `work` returns no Result.
    template <class Work>
    auto read(Work&& work) {
        return guarded([&] {
            const Reader reader(*this);
            const Transaction transaction(reader.connection(), Transaction::Mode::kDeferred);
            return work(reader.connection());
        });
    }

    // The same with the right to write. Committed and durable on return; rolled back when `work` returns an error or
    // throws.
    template <class Work>
    auto write(Work&& work) {
        return guarded([&] {
            const std::scoped_lock lock(writer_mutex_);
            Transaction transaction(writer_, Transaction::Mode::kImmediate);
            auto outcome = work(writer_);
            if (succeeded(outcome)) transaction.commit();
            return outcome;
        });
    }

private:
    // A reading connection, lent from the pool.
    class Reader {
    public:
        explicit Reader(Database& database) : database_(database), connection_(database.take_reader()) {}
        Reader(const Reader&) = delete;
        Reader& operator=(const Reader&) = delete;
        ~Reader() { database_.give_back(std::move(connection_)); }
        Connection& connection() const { return *connection_; }

    private:
        Database& database_;
        std::unique_ptr<Connection> connection_;
    };

    template <class T>
    static bool succeeded(const T& outcome) {
        if constexpr (kIsResult<T>) return outcome.has_value();
        return true;
    }

    template <class Work>
    static auto guarded(Work&& work) -> decltype(work()) {
        if constexpr (kIsResult<decltype(work())>) {
            try {
                return work();
            } catch (const ErrorException& failure) {
                return failure.error();
            }
        } else {
            return work();
        }
    }

    std::unique_ptr<Connection> take_reader();
    void give_back(std::unique_ptr<Connection> reader);

    std::string file_;
    std::mutex writer_mutex_;
    Connection writer_;
    std::mutex readers_mutex_;
    std::condition_variable reader_idle_;
    std::vector<std::unique_ptr<Connection>> idle_readers_;
    std::size_t reader_count_ = 0;
};

}  // namespace smew::catalog
