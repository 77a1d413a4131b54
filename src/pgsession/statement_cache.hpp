#pragma once
// Prepared statements by their text, the least recently used one leaving first. A statement is kept only when its text
// was seen before: plans cost memory, and texts with literals in them rarely come twice.

#include "pgsession/prepared_statement.hpp"

#include <array>
#include <cstdint>
#include <list>
#include <string_view>
#include <unordered_map>

namespace smew::pgsession {

class StatementCache {
public:
    static constexpr std::size_t kMaxStatements = 256;
    static constexpr std::size_t kMaxBytes = 4U << 20;
    static constexpr std::size_t kMaxStatementBytes = 64U << 10;

    // nullptr: not there. `types`: the parameter types the client states.
    StatementPtr find(std::string_view sql, std::span<const std::uint32_t> types);
    // Keeps it if its text was offered before.
    void offer(const StatementPtr& statement);
    void keep(const StatementPtr& statement);
    // A statement's constant answer has been filled in.
    void grew(const PreparedStatement& statement);
    void drop(const PreparedStatement& statement);
    void clear();
    std::size_t size() const { return entries_.size(); }

private:
    struct Entry {
        StatementPtr statement;
        std::size_t bytes;
    };
    using Entries = std::list<Entry>;
    static std::uint64_t hash_of(std::string_view sql, std::span<const std::uint32_t> types);
    bool seen_before(std::uint64_t hash);
    void erase(std::uint64_t hash);
    void evict();

    Entries entries_;                                               // the most recently used first
    std::unordered_map<std::uint64_t, Entries::iterator> by_hash_;  // on equal hashes the newer one stays
    std::size_t bytes_ = 0;
    std::array<std::uint64_t, 256> seen_{};
};

}  // namespace smew::pgsession
