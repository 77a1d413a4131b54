#include "engine/helper_threads.hpp"

#include "engine/courtesy.hpp"

#include <duckdb/main/client_context.hpp>
#include <duckdb/main/database.hpp>
#include <duckdb/parallel/task_scheduler.hpp>
#include <duckdb/storage/object_cache.hpp>

#include <utility>

namespace smew::engine {
namespace {

constexpr const char* kKey = "smew helper threads";

// By which a database's contexts find its threads.
class Place final : public duckdb::ObjectCacheEntry {
public:
    explicit Place(HelperThreads& owner) : threads(owner) {}
    static std::string ObjectType() { return kKey; }
    std::string GetObjectType() override { return ObjectType(); }
    duckdb::optional_idx GetEstimatedCacheMemory() const override { return {}; }  // kept as long as the database

    HelperThreads& threads;
};

}  // namespace

HelperThreads::HelperThreads(duckdb::DatabaseInstance& database, std::uint32_t count) : database_(database) {
    database.GetObjectCache().Put(kKey, duckdb::make_shared_ptr<Place>(*this));
    for (std::uint32_t i = 0; i < count; ++i) threads_.emplace_back([this] { work(); });
}

HelperThreads::~HelperThreads() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        busy_ = false;
    }
    changed_.notify_all();
    duckdb::TaskScheduler::GetScheduler(database_).Signal(threads_.size());
}

void HelperThreads::begin() {
    {
        const std::lock_guard lock(mutex_);
        if (wanted_++ > 0) return;
        busy_ = true;
    }
    changed_.notify_all();
}

void HelperThreads::end() {
    {
        const std::lock_guard lock(mutex_);
        if (--wanted_ > 0) return;
        busy_ = false;
    }
    // They may sleep in DuckDB, which looks at the marker only when woken.
    duckdb::TaskScheduler::GetScheduler(database_).Signal(threads_.size());
}

void HelperThreads::work() {
    give_way();
    for (;;) {
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [this] { return stopping_ || wanted_ > 0; });
            if (stopping_) return;
        }
        duckdb::TaskScheduler::GetScheduler(database_).ExecuteForever(&busy_);
    }
}

HelperThreads::Help::Help(duckdb::ClientContext& context) {
    const auto place = duckdb::ObjectCache::GetObjectCache(context).Get<Place>(kKey);
    if (place) *this = Help(place->threads);
}

HelperThreads::Help& HelperThreads::Help::operator=(Help&& other) noexcept {
    if (this == &other) return *this;
    end();
    threads_ = std::exchange(other.threads_, nullptr);
    return *this;
}

void HelperThreads::Help::end() {
    if (auto* const threads = std::exchange(threads_, nullptr)) threads->end();
}

}  // namespace smew::engine
