#include "querylog/query_log.hpp"

#include "core/random.hpp"
#include "fleet/internal_session.hpp"
#include "link/channel.hpp"
#include "querylog/live_tables.hpp"
#include "querylog/rows.hpp"
#include "telemetry/log.hpp"

#include <algorithm>

namespace smew::querylog {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPatience{60'000};
constexpr std::chrono::seconds kRetainEvery{60};
constexpr std::chrono::seconds kShortenEvery{5};
constexpr std::chrono::seconds kRetainAfterWriting{15};  // its size is known a second or two later
constexpr milliseconds kLookEvery{1000};
constexpr std::chrono::seconds kRefreshEvery{2};
constexpr Bytes kMemory{512'000'000};
constexpr std::size_t kSecretBytes = 4;
using Loss = telemetry::Metrics::RecordLoss;

}  // namespace

catalog::Workspace admin_workspace(const config::Settings& settings) {
    catalog::Workspace workspace;
    workspace.id = WorkspaceId(std::string(kDatabase));
    workspace.number = 0;  // none that a project's workspace can have
    workspace.name = kDatabase;
    workspace.username = kDatabase;
    workspace.memory_limit = kMemory;
    workspace.size_limit = Bytes{2 * settings.query_log_max_bytes.count + kMemory.count};
    return workspace;
}

QueryLog::QueryLog(const config::Settings& settings, const config::LiveSettings& live, const storage::Layout& layout,
                   catalog::Store& store, fleet::Fleet& fleet, const observe::QueryPolicy& policy,
                   telemetry::Metrics& metrics, const Clock& clock)
    : settings_(settings),
      live_(live),
      layout_(layout),
      store_(store),
      fleet_(fleet),
      policy_(policy),
      metrics_(metrics),
      clock_(clock),
      workspace_(admin_workspace(settings)) {
    if (enabled()) thread_ = std::thread([this] { run(); });
}

QueryLog::~QueryLog() {
    stop();
}

void QueryLog::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_one();
    if (thread_.joinable()) thread_.join();
}

void QueryLog::executed(const link::QueryRecord& record) {
    if (!enabled() || !policy_.audits()) return;
    bool room = false;
    {
        const std::lock_guard lock(mutex_);
        room = !stopping_ && waiting_.text.size() < kMaxBytes;
        if (room) {
            // Microseconds since 1970, or one more than the last: unique, ascending, also across restarts.
            last_id_ = std::max<std::int64_t>(last_id_ + 1, clock_.now().time_since_epoch().count());
            append_row(waiting_.text, last_id_, record);
            if (waiting_.count++ == 0) waiting_since_ = clock_.steady_now();
            if (waiting_.text.size() < kBatchBytes) return;
        }
    }
    if (!room) return metrics_.query_records_dropped(Loss::kQueryLog, 1);
    changed_.notify_one();
}

void QueryLog::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait_for(lock, kLookEvery, [this] { return stopping_ || waiting_.text.size() >= kBatchBytes; });
        const bool last = stopping_;
        const bool due =
            last || waiting_.text.size() >= kBatchBytes ||
            (waiting_.count != 0 && clock_.steady_now() - waiting_since_ >= settings_.query_log_flush_seconds);
        lock.unlock();
        if (due) flush();
        if (last) return;
        // A search writes what waits, too.
        if (clock_.steady_now() - written_at_.load() < kRetainAfterWriting) retain();
        refresh();
        lock.lock();
    }
}

void QueryLog::flush() {
    const std::lock_guard order(write_mutex_);
    Rows rows;
    {
        const std::lock_guard lock(mutex_);
        std::swap(rows, waiting_);
    }
    if (rows.count != 0) write(rows);
}

void QueryLog::write(const Rows& rows) {
    written_at_ = clock_.steady_now();
    const Result<void> copied = copy(rows);
    if (!copied) metrics_.query_records_dropped(Loss::kQueryLog, rows.count);
    // Once for each time it begins: the metric tells how many.
    if (!copied && !failing_) log::error("query_log_not_written", {{"error", copied.error().message}});
    if (copied && failing_) log::info("query_log_written_again");
    failing_ = !copied;
}

Result<void> QueryLog::make_tables() {
    if (made_) return {};
    if (auto made = layout_.make_project(workspace_.number); !made) return made;
    if (auto made = layout_.make_workspace(workspace_.number, workspace_.number); !made) return made;
    const auto defined = fleet_.execute(workspace_, live_definition() + definition(), kPatience);
    if (!defined) return defined.error();
    made_ = true;
    return {};
}

Result<void> QueryLog::copy(const Rows& rows) {
    if (auto made = make_tables(); !made) return made;
    auto sockets = link::make_socket_pair();
    if (!sockets) return sockets.error();
    const fleet::Fleet::BackendKey key = fleet_.new_backend_key(kSecretBytes);
    link::AdoptSession session;
    session.session = SessionId("sess_" + random_hex(16));
    session.backend_pid = key.pid;
    session.cancel_key = key.secret;
    session.user = workspace_.username;
    session.database = kDatabase;
    session.internal = true;
    session.door = link::Door::kInternal;
    auto adopted = fleet_.adopt(workspace_, session, std::move(sockets->second), nullptr, nullptr);
    if (!adopted) return adopted;
    return fleet::run_internal_copy(sockets->first, "COPY query_log FROM STDIN", rows.text, kPatience);
}

void QueryLog::retain() {
    const SteadyTime now = clock_.steady_now();
    if (now - retained_at_ >= kRetainEvery) {
        retained_at_ = now;
        const auto oldest = clock_.now() - std::chrono::days(settings_.query_log_retention_days);
        (void)fleet_.execute(workspace_, delete_before_sql(oldest.time_since_epoch().count()), kPatience);
    }
    // The file does not shrink, but what is free in it is not counted. It is measured every second.
    const std::uint64_t size = fleet_.usage(workspace_.id).disk_bytes;
    if (size <= settings_.query_log_max_bytes.count || now - shortened_at_ < kShortenEvery) return;
    shortened_at_ = now;
    const std::lock_guard no_copy_meanwhile(write_mutex_);
    const auto removed = fleet_.execute(workspace_, drop_oldest_sql(), kPatience);
    // So that what is free now counts as free; not in one message with the other, which would be one transaction.
    if (removed) (void)fleet_.execute(workspace_, "VACUUM", kPatience);
    log::info("query_log_shortened", {{"size_bytes", size},
                                      {"done", removed.has_value()},
                                      {"error", removed ? std::string() : removed.error().message}});
}

void QueryLog::refresh() {
    const SteadyTime now = clock_.steady_now();
    if (now - refreshed_at_ < kRefreshEvery) return;
    const bool watched =
        std::ranges::any_of(fleet_.all_sessions(), [this](const auto& one) { return one.workspace == workspace_.id; });
    if (!watched) return;
    refreshed_at_ = now;
    const auto filled = fleet_.execute(workspace_, live_content(*live_.now(), store_, fleet_, policy_), kPatience);
    if (!filled) log::warning("smew_admin_not_refreshed", {{"error", filled.error().message}});
}

Result<void> QueryLog::open() {
    if (!enabled()) return {};
    const std::lock_guard order(write_mutex_);
    if (auto made = make_tables(); !made) return made;
    const auto filled = fleet_.execute(workspace_, live_content(*live_.now(), store_, fleet_, policy_), kPatience);
    if (!filled) return filled.error();
    return {};
}

Result<Page> QueryLog::search(const Filter& filter) {
    if (!enabled()) {
        return Error{sqlstate::kObjectNotInPrerequisiteState, "the query log is turned off", "",
                     "Start smew with --query-log-enabled=true."};
    }
    flush();
    {
        const std::lock_guard order(write_mutex_);
        if (auto made = make_tables(); !made) return made.error();
    }
    auto rows = fleet_.execute(workspace_, search_sql(filter), kPatience);
    if (!rows) return rows.error();
    return Page{std::move(rows->columns), std::move(rows->rows)};
}

}  // namespace smew::querylog
