#include "engine/data_version.hpp"

#include <duckdb/main/client_context_state.hpp>
#include <duckdb/storage/object_cache.hpp>
#include <duckdb/transaction/meta_transaction.hpp>

#include <atomic>
#include <utility>

namespace smew::engine {
namespace {

constexpr const char* kKey = "smew data version";

class DataVersion final : public duckdb::ObjectCacheEntry {
public:
    static std::string ObjectType() { return kKey; }
    std::string GetObjectType() override { return ObjectType(); }
    duckdb::optional_idx GetEstimatedCacheMemory() const override { return {}; }  // kept as long as the database

    std::atomic<std::uint64_t> commits{0}, definitions{0};
};

class Follower final : public duckdb::ClientContextState {
public:
    explicit Follower(duckdb::shared_ptr<DataVersion> version) : version_(std::move(version)) {}

    // Called behind the commit: who plans in between has seen the new rows, and plans once more for nothing.
    void TransactionCommit(duckdb::MetaTransaction& transaction, duckdb::ClientContext&) override {
        if (transaction.ModifiedDatabase()) version_->commits.fetch_add(1, std::memory_order_release);
        // Temporary objects are no one else's.
        if (std::exchange(defines_, false) && transaction.ModifiedDatabase())
            version_->definitions.fetch_add(1, std::memory_order_release);
    }
    void TransactionRollback(duckdb::MetaTransaction&, duckdb::ClientContext&) override { defines_ = false; }

    void define() { defines_ = true; }
    std::uint64_t version() const { return version_->commits.load(std::memory_order_acquire); }
    std::uint64_t definitions() const { return version_->definitions.load(std::memory_order_acquire); }

private:
    duckdb::shared_ptr<DataVersion> version_;
    bool defines_ = false;  // the transaction, since it began
};

}  // namespace

void follow_changes(duckdb::ClientContext& context) {
    auto version = duckdb::ObjectCache::GetObjectCache(context).GetOrCreate<DataVersion>(kKey);
    context.registered_state->Insert(kKey, duckdb::make_shared_ptr<Follower>(std::move(version)));
}

std::uint64_t data_version(duckdb::ClientContext& context) {
    const auto follower = context.registered_state->Get<Follower>(kKey);
    return follower ? follower->version() : 0;
}

void note_definition(duckdb::ClientContext& context) {
    if (const auto follower = context.registered_state->Get<Follower>(kKey)) follower->define();
}

std::uint64_t definitions_version(duckdb::ClientContext& context) {
    const auto follower = context.registered_state->Get<Follower>(kKey);
    return follower ? follower->definitions() : 0;
}

bool has_uncommitted_changes(duckdb::ClientContext& context) {
    if (!context.transaction.HasActiveTransaction()) return false;
    return context.transaction.ActiveTransaction().ModifiedDatabase() != nullptr;
}

}  // namespace smew::engine
