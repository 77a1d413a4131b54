#include "engine/builtin_catalog.hpp"
#include "engine/commit_log.hpp"
#include "engine/connection.hpp"
#include "engine/dead_buffers.hpp"
#include "engine/duckdb_instance.hpp"
#include "engine/errors.hpp"
#include "engine/function_policy.hpp"
#include "engine/helper_threads.hpp"
#include "engine/names.hpp"
#include "engine/native_functions.hpp"
#include "engine/object_casts.hpp"
#include "engine/plan_gate.hpp"
#include "engine/postgres_casts.hpp"
#include "engine/postgres_operators.hpp"
#include "engine/sum_aggregates.hpp"
#include "engine/type_names.hpp"

#include <duckdb.hpp>
#include <duckdb/main/attached_database.hpp>
#include <duckdb/main/config.hpp>
#include <duckdb/main/database_manager.hpp>
#include <duckdb/main/valid_checker.hpp>
#include <duckdb/storage/buffer_manager.hpp>
#include <duckdb/storage/database_size.hpp>
#include <duckdb/storage/storage_manager.hpp>
#include <duckdb/transaction/transaction_manager.hpp>

#include <algorithm>
#include <malloc.h>
#include <mutex>
#include <stdexcept>

namespace smew::engine {
namespace {

constexpr const char* kHeadersVersion = "v1.5.5";

class LockedInstance final : public Instance {
public:
    LockedInstance(std::unique_ptr<duckdb::DuckDB> database, std::shared_ptr<CommitLog> commits,
                   TableResolver& resolver, std::string own_catalog, std::shared_ptr<FilePipes> pipes,
                   std::uint32_t threads)
        : database_(std::move(database)),
          commits_(std::move(commits)),
          files_(*database_),
          resolver_(resolver),
          own_catalog_(std::move(own_catalog)),
          pure_functions_(smew::engine::pure_functions(*database_->instance)),
          pipes_(std::move(pipes)),
          helpers_(*database_->instance, threads - 1) {}

    Result<std::unique_ptr<Connection>> connect(SessionFacts& facts) override {
        try {
            const InstanceParts parts{*database_, *commits_, resolver_, files_, own_catalog_, pure_functions_, pipes_};
            return std::unique_ptr<Connection>(std::make_unique<GatedConnection>(parts, facts));
        } catch (const std::exception& exception) {
            return to_error(exception);
        }
    }

    Result<void> checkpoint() override {
        try {
            const HelperThreads::Help help(helpers_);
            duckdb::Connection connection(*database_);
            duckdb::ClientContext& context = *connection.context;
            context.RunFunctionInTransaction([&] {
                auto database = duckdb::DatabaseManager::Get(context).GetDatabase(context, own_catalog_);
                duckdb::TransactionManager::Get(*database).Checkpoint(context, false);
            });
            return {};
        } catch (const std::exception& exception) {
            return to_error(exception);
        }
    }

    Bytes memory_used() const override { return {buffers().GetUsedMemory()}; }

    bool broken() const override {
        if (duckdb::ValidChecker::IsInvalidated(*database_->instance)) return true;
        const auto own = duckdb::DatabaseManager::Get(*database_->instance).GetDatabase(own_catalog_);
        return !own || duckdb::ValidChecker::IsInvalidated(*own);
    }

    Result<void> set_memory_limit(Bytes limit) override {
        const std::lock_guard lock(limit_mutex_);
        return limit_memory(limit);
    }

    void forget_dead_buffers() override { engine::forget_dead_buffers(*database_->instance); }

    // DuckDB's allocator returns what it freed only while it is used again: after one large sort an idle worker kept
    // 178 MB of its 5 (measured, 1.5.5). Setting the memory limit, to what it is, makes it return everything at once.
    void give_memory_back() override {
        forget_dead_buffers();
        const std::lock_guard lock(limit_mutex_);
        (void)limit_memory({duckdb::DBConfig::GetConfig(*database_->instance).options.maximum_memory});
        ::malloc_trim(0);
    }

    void set_temp_limit(Bytes limit) override {
        buffers().SetSwapLimit(limit.count == 0 ? duckdb::optional_idx() : duckdb::optional_idx(limit.count));
    }

    Bytes free_space() const override {
        const auto own = duckdb::DatabaseManager::Get(*database_->instance).GetDatabase(own_catalog_);
        if (!own || own->GetStorageManager().InMemory()) return {};
        const duckdb::DatabaseSize size = own->GetStorageManager().GetDatabaseSize();
        return {size.free_blocks * size.block_size};
    }

private:
    Result<void> limit_memory(Bytes limit) {
        try {
            buffers().SetMemoryLimit(limit.count);
            duckdb::DBConfig::GetConfig(*database_->instance).options.maximum_memory = limit.count;
            return {};
        } catch (const std::exception& exception) {
            return to_error(exception);
        }
    }

    duckdb::BufferManager& buffers() const { return duckdb::BufferManager::GetBufferManager(*database_->instance); }

    std::unique_ptr<duckdb::DuckDB> database_;
    std::shared_ptr<CommitLog> commits_;  // shared with DuckDB's file system
    VersionFiles files_;
    TableResolver& resolver_;
    const std::string own_catalog_;
    const std::unordered_set<std::string> pure_functions_;
    std::shared_ptr<FilePipes> pipes_;  // shared with DuckDB's file system
    HelperThreads helpers_;             // ends before database_
    std::mutex limit_mutex_;
};

OpenOptions open_options(const InstanceOptions& options) {
    OpenOptions open;
    open.database_file = options.database_file;
    open.temp_dir = options.temp_dir;
    if (!options.versions_dir.empty()) open.readable_dirs.push_back(options.versions_dir);
    open.readable_dirs.emplace_back(FilePipes::kDirectory);
    open.memory_limit = options.memory_limit;
    open.temp_limit = options.temp_limit;
    open.threads = std::max(options.threads, 1U);
    open.own_threads = true;
    return open;
}

}  // namespace

Result<std::unique_ptr<Instance>> Instance::open(const InstanceOptions& options, TableResolver& resolver) {
    duckdb_version();
    const auto commits = std::make_shared<CommitLog>();
    OpenOptions open = open_options(options);
    open.commits = commits;
    auto opened = open_duckdb(open);
    if (!opened) return opened.error();
    try {
        std::unique_ptr<duckdb::DuckDB> database = *std::move(opened);
        duckdb::DatabaseInstance& instance = *database->instance;
        install_plan_gate(instance);
        const auto pipes = std::make_shared<FilePipes>();
        instance.GetFileSystem().RegisterSubSystem(pipe_file_system(pipes));
        duckdb::DBConfig::GetConfig(instance).replacement_scans.insert(
            duckdb::DBConfig::GetConfig(instance).replacement_scans.begin(), project_table_scan());
        install_builtin_catalog(instance);
        install_sum_aggregates(instance);
        install_postgres_casts(instance);
        install_postgres_operators(instance);
        restrict_functions(instance, workspace_table_functions());
        replace_duckdb_functions(instance);
        install_type_names(instance);
        install_object_casts(instance);
        if (auto locked = lock_duckdb(*database); !locked) return locked.error();
        duckdb::Connection connection(*database);
        std::string own = duckdb::DatabaseManager::GetDefaultDatabase(*connection.context);
        return std::unique_ptr<Instance>(std::make_unique<LockedInstance>(
            std::move(database), commits, resolver, std::move(own), pipes, std::max(options.threads, 1U)));
    } catch (const std::exception& exception) {
        return to_error(exception);
    }
}

std::string duckdb_version() {
    const std::string version = duckdb::DuckDB::LibraryVersion();
    if (version != kHeadersVersion) {
        throw std::runtime_error("libduckdb.so is " + version + ", but smew was built with the headers of " +
                                 kHeadersVersion);
    }
    return version;
}

}  // namespace smew::engine
