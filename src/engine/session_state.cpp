#include "engine/session_state.hpp"

#include <duckdb/catalog/catalog_entry/table_catalog_entry.hpp>
#include <duckdb/common/string_util.hpp>
#include <duckdb/transaction/transaction_context.hpp>

#include <algorithm>

namespace smew::engine {
namespace {

constexpr const char* kKey = "smew";

}  // namespace

duckdb::shared_ptr<SessionState> SessionState::of(duckdb::ClientContext& context) {
    return context.registered_state->Get<SessionState>(kKey);
}

bool SessionState::speaks_postgres(duckdb::ClientContext& context) {
    const auto session = of(context);
    return session && session->gated && session->dialect == Dialect::kPostgres;
}

void SessionState::register_with(duckdb::ClientContext& context, duckdb::shared_ptr<SessionState> self) {
    context.registered_state->Insert(kKey, std::move(self));
}

void SessionState::begin(duckdb::ClientContext& context) {
    const std::lock_guard lock(mutex_);
    running_ = true;
    reason_.store(CancelReason::kNone, std::memory_order_relaxed);
    context.ClearInterrupt();
}

void SessionState::end(duckdb::ClientContext& context) {
    const std::lock_guard lock(mutex_);
    running_ = false;
    reason_.store(CancelReason::kNone, std::memory_order_relaxed);
    context.ClearInterrupt();
}

void SessionState::interrupt(duckdb::ClientContext& context, CancelReason reason) {
    const std::lock_guard lock(mutex_);
    if (!running_) return;
    if (reason_.load(std::memory_order_relaxed) == CancelReason::kNone)
        reason_.store(reason, std::memory_order_relaxed);
    context.Interrupt();
}

CancelReason SessionState::reason() const {
    return reason_.load(std::memory_order_relaxed);
}

void SessionState::renew_interrupt(duckdb::ClientContext& context) const {
    if (gated && reason() != CancelReason::kNone) context.Interrupt();
}

SessionState::Name SessionState::key(const std::string& schema, const std::string& table) {
    return {duckdb::StringUtil::Lower(schema), duckdb::StringUtil::Lower(table)};
}

Result<std::optional<TableVersion>> SessionState::ask(const std::string& schema, const std::string& table) {
    auto resolved = resolver_.resolve(schema, table);
    if (!resolved) return resolved.error();
    if (!*resolved) return std::optional<TableVersion>();
    return std::optional(
        TableVersion{schema, table, (*resolved)->file, (*resolved)->version_id, (*resolved)->table_id});
}

Result<std::optional<TableVersion>> SessionState::version_of(const std::string& schema, const std::string& table) {
    const auto pinned = pins_.find(key(schema, table));
    if (pinned != pins_.end()) return std::optional(pinned->second);
    return ask(schema, table);
}

Result<SessionState::Bound> SessionState::attach(duckdb::ClientContext& context, TableVersion version) {
    auto alias = files_.attach(version, context);
    if (!alias && pins_.count(key(version.schema, version.table)) == 0) {
        // The version may have been replaced and its file removed since it was resolved.
        auto again = ask(version.schema, version.table);
        if (!again) return again.error();
        if (!*again) return alias.error();
        version = **again;
        alias = files_.attach(version, context);
    }
    if (!alias) return alias.error();
    return Bound{std::move(version), *std::move(alias)};
}

Result<std::optional<SessionState::Bound>> SessionState::bind(duckdb::ClientContext& context, const std::string& schema,
                                                              const std::string& table) {
    const std::vector<std::string> schemas = schema.empty() ? project_path : std::vector{schema};
    for (const std::string& candidate : schemas) {
        auto version = version_of(candidate, table);
        if (!version) return version.error();
        if (!*version) continue;
        auto bound = attach(context, **std::move(version));
        if (!bound) return bound.error();
        pins_.insert_or_assign(key(candidate, table), bound->version);
        bound_.push_back(*bound);
        return std::optional(*std::move(bound));
    }
    return std::optional<Bound>();
}

Result<std::optional<TableVersion>> SessionState::lookup(duckdb::ClientContext& context, const std::string& schema,
                                                         const std::string& table) {
    // Outside an explicit transaction every statement has a transaction, and so versions, of its own.
    if (context.transaction.IsAutoCommit()) return ask(schema, table);
    auto version = version_of(schema, table);
    if (version && *version) pins_.try_emplace(key(schema, table), **version);
    return version;
}

const SessionState::Bound* SessionState::bound_as(const std::string& alias) const {
    const auto found =
        std::find_if(bound_.begin(), bound_.end(), [&](const Bound& bound) { return bound.alias == alias; });
    return found == bound_.end() ? nullptr : &*found;
}

bool SessionState::may_read(const std::string& catalog) const {
    return catalog == own_catalog_ || catalog == "system" || catalog == "temp" || bound_as(catalog) != nullptr;
}

std::uint32_t SessionState::oid_of(duckdb::TableCatalogEntry& table) const {
    const std::string catalog = table.ParentCatalog().GetName();
    if (may_change(catalog)) return kFirstObjectOid + static_cast<std::uint32_t>(table.oid);
    const Bound* bound = bound_as(catalog);
    return bound == nullptr ? 0 : kFirstProjectTableOid + static_cast<std::uint32_t>(bound->version.table_id);
}

std::string SessionState::name_of(duckdb::TableCatalogEntry& table) const {
    const Bound* bound = bound_as(table.ParentCatalog().GetName());
    return duckdb::StringUtil::Lower(bound == nullptr ? table.name : bound->version.table);
}

}  // namespace smew::engine
