#pragma once
// The changes a transaction has made since it began, kept so that they can be made again: the engine's transactions do
// not nest, so what came behind a savepoint is undone by starting anew and repeating what came before it.

#include "pgsession/prepared_statement.hpp"

#include <cstddef>
#include <deque>
#include <span>

namespace smew::pgsession {

class ChangeLog {
public:
    // What is kept at most. A transaction of more changes can be committed or rolled back, but not be repeated.
    static constexpr std::size_t kMaxChanges = 1'000;
    static constexpr std::size_t kMaxBytes = 4U << 20;

    // The number of changes so far, kept or not.
    std::size_t size() const { return size_; }
    // One more begins: it counts from now on, as it may fail half-way.
    void begin() { ++size_; }
    // The one that began last has changed nothing.
    void withdraw();
    // The one that began last was this, and has changed or returned so many rows.
    void keep(const StatementPtr& statement, std::span<const engine::ParameterValue> parameters, std::uint64_t rows);

    // True when the first `count` changes can be made again.
    bool keeps(std::size_t count) const { return kept_.size() >= count; }
    // Makes the first `count` again, on the connection they were made on. Error 40001 when one comes out otherwise.
    Result<void> repeat(std::size_t count) const;

    void truncate(std::size_t count);
    void clear() { truncate(0); }

private:
    struct Change {
        StatementPtr statement;
        OwnedTexts texts;  // which parameters point into
        std::vector<engine::ParameterValue> parameters;
        std::uint64_t rows = 0;
        std::size_t bytes = 0;
    };
    static Result<std::uint64_t> make(const Change& change);

    std::deque<Change> kept_;  // of the first changes, without a gap
    std::size_t size_ = 0;
    std::size_t bytes_ = 0;
};

}  // namespace smew::pgsession
