#include "catalog/errors.hpp"
#include "catalog/sqlite_store.hpp"

#include <algorithm>
#include <utility>

namespace smew::catalog {
namespace {

constexpr std::chrono::seconds kFlushInterval{60};

const std::string kSelect = R"(
SELECT k.id, p.id, k.scope, k.prefix, k.hash, k.description, k.created_at, k.last_used_at, k.expires_at, k.revoked_at
FROM api_keys k JOIN projects p ON p.number = k.project )";

ApiKey read_key(const Statement& row) {
    const auto scope = auth::parse_scope(row.text_view(2));
    if (!scope) {
        throw ErrorException(
            {.code = sqlstate::kDataCorrupted, .message = "API key " + row.text(0) + " has an unknown scope"});
    }
    return {.id = ApiKeyId(row.text(0)),
            .project = ProjectId(row.text(1)),
            .scope = *scope,
            .prefix = row.text(3),
            .hash = row.text(4),
            .description = row.text(5),
            .created_at = row.time(6),
            .last_used_at = row.optional_time(7),
            .expires_at = row.optional_time(8),
            .revoked_at = row.optional_time(9)};
}

Result<ApiKey> find_key(Connection& db, const ProjectId& project, const ApiKeyId& id) {
    Statement found = db.query(kSelect + "WHERE k.id = ?1 AND p.id = ?2", id, project);
    if (found.step()) return read_key(found);
    if (auto number = project_number(db, project); !number) return number.error();
    return not_found("API key", id.value());
}

bool is_live(const ApiKey& key, WallTime now) {
    return !key.revoked_at && (!key.expires_at || *key.expires_at > now);
}

bool another_admin_lives(Connection& db, const ApiKey& key, WallTime now) {
    Statement found = db.query(
        "SELECT 1 FROM api_keys k JOIN projects p ON p.number = k.project "
        "WHERE p.id = ?1 AND k.id <> ?2 AND k.scope = ?3 AND k.revoked_at IS NULL "
        "AND (k.expires_at IS NULL OR k.expires_at > ?4) LIMIT 1",
        key.project, key.id, auth::to_text(auth::Scope::kProjectAdmin), now);
    return found.step();
}

void mark_revoked(Connection& db, const ApiKeyId& id, WallTime now) {
    db.run("UPDATE api_keys SET revoked_at = ?2 WHERE id = ?1", id, now);
}

}  // namespace

Result<void> insert_api_key(Connection& db, std::int64_t project, const auth::NewApiKey& key, const KeyTerms& terms) {
    const auto made = db.run(
        "INSERT INTO api_keys (id, project, scope, prefix, hash, description, created_at, expires_at) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (id) DO NOTHING",
        key.id, project, auth::to_text(terms.scope), key.prefix, key.hash, terms.description, terms.created_at,
        terms.expires_at);
    if (made == 0) return exists_already("API key", key.id.value());
    return {};
}

Result<ApiKey> SqliteStore::create_api_key(const ProjectId& project, const auth::NewApiKey& key, auth::Scope scope,
                                           std::string_view description, std::optional<WallTime> expires_at) {
    const auto checked = check_text("the API key's description", description, kMaxTextBytes);
    if (!checked) return checked.error();
    return database_.write([&](Connection& db) -> Result<ApiKey> {
        const WallTime now = clock_.now();
        if (expires_at && *expires_at <= now) return bad_value("the API key would expire in the past");
        const auto number = project_number(db, project);
        if (!number) return number.error();
        const KeyTerms terms{.scope = scope, .description = description, .created_at = now, .expires_at = expires_at};
        const auto made = insert_api_key(db, *number, key, terms);
        if (!made) return made.error();
        return find_key(db, project, key.id);
    });
}

std::optional<ApiKey> SqliteStore::find_api_key(const ApiKeyId& id) {
    auto key = database_.read([&](Connection& db) -> std::optional<ApiKey> {
        Statement found = db.query(kSelect + "WHERE k.id = ?1", id);
        if (!found.step()) return std::nullopt;
        return read_key(found);
    });
    if (key) show_last_use(*key);
    return key;
}

Result<ApiKey> SqliteStore::api_key(const ProjectId& project, const ApiKeyId& id) {
    auto key = database_.read([&](Connection& db) { return find_key(db, project, id); });
    if (key) show_last_use(*key);
    return key;
}

Result<std::vector<ApiKey>> SqliteStore::api_keys(const ProjectId& project) {
    auto keys = database_.read([&](Connection& db) -> Result<std::vector<ApiKey>> {
        const auto number = project_number(db, project);
        if (!number) return number.error();
        std::vector<ApiKey> found;
        Statement rows =
            db.query(kSelect + "WHERE k.project = ?1 AND k.revoked_at IS NULL ORDER BY k.created_at, k.id", *number);
        while (rows.step()) found.push_back(read_key(rows));
        return found;
    });
    if (keys) std::ranges::for_each(*keys, [&](ApiKey& key) { show_last_use(key); });
    return keys;
}

Result<void> SqliteStore::revoke_api_key(const ProjectId& project, const ApiKeyId& id) {
    return database_.write([&](Connection& db) -> Result<void> {
        const auto key = find_key(db, project, id);
        if (!key) return key.error();
        if (key->revoked_at) return {};
        const WallTime now = clock_.now();
        const bool guards_project = key->scope == auth::Scope::kProjectAdmin && is_live(*key, now);
        if (guards_project && !another_admin_lives(db, *key, now)) {
            return wrong_state("API key " + in_quotes(id.value()) + " is the project's last project_admin key",
                               "Create another project_admin key first, or rotate this one.");
        }
        mark_revoked(db, id, now);
        return {};
    });
}

Result<ApiKey> SqliteStore::rotate_api_key(const ProjectId& project, const ApiKeyId& id,
                                           const auth::NewApiKey& replacement) {
    return database_.write([&](Connection& db) -> Result<ApiKey> {
        const auto key = find_key(db, project, id);
        if (!key) return key.error();
        if (key->revoked_at) return wrong_state("API key " + in_quotes(id.value()) + " is revoked");
        const auto number = project_number(db, project);
        if (!number) return number.error();

        const WallTime now = clock_.now();
        KeyTerms terms{.scope = key->scope, .description = key->description, .created_at = now};
        if (key->expires_at) terms.expires_at = now + (*key->expires_at - key->created_at);
        mark_revoked(db, id, now);
        const auto made = insert_api_key(db, *number, replacement, terms);
        if (!made) return made.error();
        return find_key(db, project, replacement.id);
    });
}

// ---------------------------------------------------------------- last use

// Writing each use would cost every request an fsync. Uses are gathered, and the first use a minute after the last
// writing writes them all.
void SqliteStore::touch_api_key(const ApiKeyId& id) {
    Touches due;
    {
        const std::scoped_lock lock(touches_mutex_);
        const WallTime now = clock_.now();
        touches_[id] = now;
        if (now - flushed_at_ < kFlushInterval) return;
        flushed_at_ = now;
        due = touches_;
    }
    try {
        write_last_uses(due);
    } catch (const ErrorException&) {  // no reason to refuse the request; they stay in memory until the next minute
    }
}

void SqliteStore::write_last_uses(const Touches& uses) {
    database_.write([&](Connection& db) {
        for (const auto& [id, used_at] : uses)
            db.run("UPDATE api_keys SET last_used_at = ?2 WHERE id = ?1", id, used_at);
        return true;
    });
    // Only now, so that a reader in between finds each use in one place or in both.
    const std::scoped_lock lock(touches_mutex_);
    for (const auto& [id, used_at] : uses) {
        const auto found = touches_.find(id);
        if (found != touches_.end() && found->second == used_at) touches_.erase(found);
    }
}

void SqliteStore::show_last_use(ApiKey& key) {
    const std::scoped_lock lock(touches_mutex_);
    const auto found = touches_.find(key.id);
    if (found != touches_.end()) key.last_used_at = found->second;
}

SqliteStore::~SqliteStore() {
    try {
        if (!touches_.empty()) write_last_uses(Touches(touches_));
    } catch (const std::exception&) {  // when a key was last used is not worth failing a shutdown
    }
}

}  // namespace smew::catalog
