#include "pgsession/statement_cache.hpp"

#include <algorithm>
#include <functional>

namespace smew::pgsession {

std::uint64_t StatementCache::hash_of(std::string_view sql, std::span<const std::uint32_t> types) {
    std::uint64_t hash = std::hash<std::string_view>{}(sql);
    for (const std::uint32_t type : types) hash = (hash ^ type) * 0x9E37'79B9'7F4A'7C15ULL;
    return hash;
}

StatementPtr StatementCache::find(std::string_view sql, std::span<const std::uint32_t> types) {
    if (sql.size() > kMaxStatementBytes) return nullptr;
    const auto found = by_hash_.find(hash_of(sql, types));
    if (found == by_hash_.end()) return nullptr;
    const StatementPtr& statement = found->second->statement;
    if (statement->sql != sql || !std::ranges::equal(statement->stated_types, types)) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return statement;
}

bool StatementCache::seen_before(std::uint64_t hash) {
    std::uint64_t& place = seen_[hash % seen_.size()];
    if (place == hash) return true;
    place = hash;
    return false;
}

void StatementCache::offer(const StatementPtr& statement) {
    if (seen_before(hash_of(statement->sql, statement->stated_types))) keep(statement);
}

void StatementCache::keep(const StatementPtr& statement) {
    if (statement->sql.size() > kMaxStatementBytes) return;
    const std::uint64_t hash = hash_of(statement->sql, statement->stated_types);
    erase(hash);
    entries_.push_front({statement, statement->cached_bytes()});
    by_hash_[hash] = entries_.begin();
    bytes_ += entries_.front().bytes;
    evict();
}

void StatementCache::grew(const PreparedStatement& statement) {
    const auto found = by_hash_.find(hash_of(statement.sql, statement.stated_types));
    if (found == by_hash_.end() || found->second->statement.get() != &statement) return;
    bytes_ += statement.cached_bytes() - found->second->bytes;
    found->second->bytes = statement.cached_bytes();
    evict();
}

void StatementCache::drop(const PreparedStatement& statement) {
    erase(hash_of(statement.sql, statement.stated_types));
}

void StatementCache::erase(std::uint64_t hash) {
    const auto found = by_hash_.find(hash);
    if (found == by_hash_.end()) return;
    bytes_ -= found->second->bytes;
    entries_.erase(found->second);
    by_hash_.erase(found);
}

void StatementCache::evict() {
    while (entries_.size() > kMaxStatements || bytes_ > kMaxBytes) {
        const PreparedStatement& oldest = *entries_.back().statement;
        erase(hash_of(oldest.sql, oldest.stated_types));
    }
}

void StatementCache::clear() {
    entries_.clear();
    by_hash_.clear();
    bytes_ = 0;
}

}  // namespace smew::pgsession
