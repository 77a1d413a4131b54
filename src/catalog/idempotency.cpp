#include "catalog/sqlite_store.hpp"

namespace smew::catalog {

std::optional<IdempotencyRecord> SqliteStore::idempotency(std::string_view caller, std::string_view key) {
    return database_.read([&](Connection& db) -> std::optional<IdempotencyRecord> {
        Statement found = db.query(
            "SELECT request_hash, status, body FROM idempotency WHERE caller = ?1 AND key = ?2 AND expires_at > ?3",
            caller, key, clock_.now());
        if (!found.step()) return std::nullopt;
        return IdempotencyRecord{
            .request_hash = found.text(0), .status = static_cast<int>(found.integer(1)), .body = found.text(2)};
    });
}

void SqliteStore::remember_idempotency(std::string_view caller, std::string_view key, const IdempotencyRecord& record,
                                       WallTime expires_at) {
    database_.write([&](Connection& db) {
        return db.run(
            "INSERT INTO idempotency (caller, key, request_hash, status, body, expires_at) "
            "VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (caller, key) DO UPDATE SET "
            "request_hash = excluded.request_hash, status = excluded.status, body = excluded.body, "
            "expires_at = excluded.expires_at",
            caller, key, record.request_hash, record.status, record.body, expires_at);
    });
}

void SqliteStore::forget_expired_idempotency() {
    database_.write(
        [&](Connection& db) { return db.run("DELETE FROM idempotency WHERE expires_at <= ?1", clock_.now()); });
}

}  // namespace smew::catalog
