#include "worker/workspace_worker.hpp"

#include "telemetry/log.hpp"
#include "worker/limits.hpp"
#include "worker/memory_reserve.hpp"

#include <algorithm>
#include <thread>
#include <unistd.h>

namespace smew::worker {
namespace {

using std::chrono::milliseconds;

constexpr int kEndedByItself = 70;  // EX_SOFTWARE
// For sessions when the gateway is gone: nobody waits for this process, but its clients' connections may live on.
constexpr milliseconds kOrphanGrace{3'000};
constexpr std::uint64_t kWorthGivingBack = 12U << 20;
pgsession::SessionLimits session_limits(const link::Start& start) {
    return {.max_message_bytes = start.max_message_bytes, .max_prepared_statements = start.max_prepared_statements};
}

std::size_t base_threads() {
    return std::max(2U, std::thread::hardware_concurrency());
}

// Beside those of the statements that run there are as many at most that wait for memory (set_shares()), and the spare
// ones.
std::size_t max_threads(const link::WorkspaceLimits& limits) {
    return std::max(base_threads(), session_threads(limits));
}

}  // namespace

// ---------------------------------------------------------------- start

WorkspaceWorker::WorkspaceWorker(link::Channel& channel, const link::Start& start, link::CatalogGeneration generation,
                                 std::optional<link::RecordRing> records, const PrivateMemory& memory, TempDir temp)
    : channel_(channel),
      start_(start),
      memory_(memory),
      limits_(session_limits(start)),
      temp_(std::move(temp)),
      inbox_(channel),
      resolver_(channel, std::move(generation)),
      records_(channel, std::move(records)),
      services_(records_),
      profiles_(channel),
      turns_(start.turns),
      memory_limit_(start.limits.memory) {
    group_.limits.set_turns(start.turns.turns);
    set_shares(start.limits);
    group_.turns.on_use = [this] { report_turns(); };
    group_.reads_only = start.project.value().empty();  // smew's own database, which no project has
}

Result<std::unique_ptr<WorkspaceWorker>> WorkspaceWorker::open(link::Channel& channel, const link::Start& start,
                                                               link::CatalogGeneration generation,
                                                               std::optional<link::RecordRing> records,
                                                               const PrivateMemory& memory) {
    auto temp = TempDir::create(start.temp_dir);
    if (!temp) return temp.error();
    std::unique_ptr<WorkspaceWorker> worker(
        new WorkspaceWorker(channel, start, std::move(generation), std::move(records), memory, std::move(*temp)));
    if (auto opened = worker->open_instance(); !opened) return opened.error();
    worker->start_threads();
    return worker;
}

Result<void> WorkspaceWorker::open_instance() {
    // Recovery writes what was committed before into the file, and a workspace at its limit must still open.
    if (auto lifted = set_file_size_limit({}); !lifted) return lifted;
    auto instance = engine::Instance::open({.database_file = start_.database_file,
                                            .temp_dir = temp_.path(),
                                            .versions_dir = start_.versions_dir,
                                            .memory_limit = start_.limits.memory,
                                            .temp_limit = start_.limits.temp,
                                            .threads = start_.threads},
                                           resolver_);
    if (!instance) return instance.error();
    instance_ = std::move(*instance);
    services_.disk_watch = std::make_unique<DiskWatch>(start_.writable_dir, start_.temp_dir, *instance_, group_.limits);
    services_.disk_watch->look();
    return set_file_size_limit(file_size_limit(start_.limits));
}

void WorkspaceWorker::start_threads() {
    engine_check_ = std::make_unique<EngineCheck>(channel_, *instance_);
    pool_ = std::make_unique<SessionPool>(
        SessionPool::Options{.base_threads = base_threads(), .max_threads = max_threads(start_.limits)},
        SessionPool::Events{.closed = [this](const pgsession::Session& session) { session_closed(session); },
                            .woken = [this] { watch_->wake(); }});
    watch_ =
        std::make_unique<Watch>(*pool_, Watch::Duties{.check_deadlines = [this](Time now) { check_deadlines(now); },
                                                      .report =
                                                          [this] {
                                                              report_turns();
                                                              report();
                                                          },
                                                      .tidy = [this] { instance_->forget_dead_buffers(); },
                                                      .rest = [this] { give_memory_back(); }});
}

// ---------------------------------------------------------------- the main thread

int WorkspaceWorker::serve() {
    while (!drained()) {
        Inbox::Arrival arrival = inbox_.wait(drain_until_);
        if (arrival.event == Inbox::Event::kMessage) handle(std::move(arrival.received));
        if (arrival.event == Inbox::Event::kClosed) {
            gateway_gone_ = true;
            resolver_.close();
            begin_drain(CancelReason::kShutdown, kOrphanGrace);
        }
    }
    return close();
}

void WorkspaceWorker::handle(link::Channel::Received received) {
    link::Message& message = received.message;
    if (auto* adopted = std::get_if<link::AdoptSession>(&message)) {
        adopt(std::move(*adopted), std::move(received.fd));
    } else if (const auto* cancel = std::get_if<link::CancelStatement>(&message)) {
        pool_->with(cancel->session, [&](pgsession::Session& session) { session.cancel_statement(cancel->reason); });
    } else if (const auto* end = std::get_if<link::EndSession>(&message)) {
        pool_->with(end->session, [&](pgsession::Session& session) { session.end(end->reason); });
    } else if (const auto* all = std::get_if<link::EndAllSessions>(&message)) {
        pool_->for_each([&](pgsession::Session& session) { session.end(all->reason); });
    } else if (auto* resolved = std::get_if<link::TableResolved>(&message)) {
        resolver_.answer(std::move(*resolved));
    } else if (auto* listed = std::get_if<link::CatalogListed>(&message)) {
        resolver_.answer(std::move(*listed));
    } else if (const auto* limits = std::get_if<link::SetLimits>(&message)) {
        set_limits(limits->limits);
    } else if (const auto* lent = std::get_if<link::LendTurns>(&message)) {
        take_turns(*lent);
    } else if (const auto* wanted = std::get_if<link::SetObservation>(&message)) {
        group_.observation.set(*wanted);
    } else if (const auto* question = std::get_if<link::ListSessions>(&message)) {
        list_sessions(*question);
    } else if (const auto* profile = std::get_if<link::TakeProfile>(&message)) {
        profiles_.take(*profile);
    } else if (const auto* check = std::get_if<link::CheckEngine>(&message)) {
        engine_check_->begin(*check);
    } else if (const auto* shutdown = std::get_if<link::Shutdown>(&message)) {
        begin_drain(shutdown->reason, milliseconds(shutdown->grace_ms));
    } else {
        log::warning("worker_got_unexpected_message", {{"type", message.index()}});
    }
}

void WorkspaceWorker::adopt(link::AdoptSession order, UniqueFd socket) {
    const SessionId id = order.session;
    bool added = false;
    try {
        added = pool_->add(
            pgsession::Session::create(std::move(order), std::move(socket), *instance_, limits_, services_, group_));
    } catch (const std::exception& error) {
        log::error("session_not_adopted", {{"session_id", id.value()}, {"error", error.what()}});
    }
    if (!added) {
        (void)channel_.send(link::SessionClosed{.session = id});  // a gateway that is gone is noticed by the inbox
        return;
    }
    if (draining_) pool_->with(id, [this](pgsession::Session& session) { session.end(drain_reason_); });
}

void WorkspaceWorker::set_limits(const link::WorkspaceLimits& limits) {
    restore_memory_reserve();  // what follows sets the limit it has raised
    // Setting it costs something, also to what it is. Less than is in use is refused: the old limit stays, which
    // the report then tells.
    if (limits.memory.count == memory_limit_.count) {
    } else if (const auto set = instance_->set_memory_limit(limits.memory); set) {
        memory_limit_ = limits.memory;
    } else {
        log::info("worker_memory_in_use", {{"limit", limits.memory.count}, {"error", set.error().message}});
    }
    const Result<void> results[] = {set_data_limit(data_limit(memory_limit_, thread_count(limits, start_.threads))),
                                    set_file_size_limit(file_size_limit(limits))};
    for (const Result<void>& result : results) {
        if (!result) log::error("worker_limit_not_set", {{"error", result.error().message}});
    }
    instance_->set_temp_limit(limits.temp);
    link::WorkspaceLimits in_force = limits;
    in_force.memory = memory_limit_;
    pool_->set_max_threads(max_threads(limits));
    set_shares(in_force);
    report();
}

void WorkspaceWorker::set_shares(const link::WorkspaceLimits& limits) {
    group_.limits.set(limits);
    group_.large.set_room(limits.memory.count, limits.large_query_percent, limits.max_concurrent_queries);
    group_.turns.set_limit(limits.max_concurrent_queries, turns_.turns, turns_.order);
}

void WorkspaceWorker::take_turns(const link::LendTurns& lent) {
    turns_ = lent;
    group_.limits.set_turns(lent.turns);
    group_.turns.set_limit(group_.limits.get().max_concurrent_queries, lent.turns, lent.order);
    report_turns();
}

void WorkspaceWorker::list_sessions(const link::ListSessions& question) {
    link::SessionsListed answer{.request = question.request};
    pool_->for_each([&](const pgsession::Session& session) { answer.sessions.push_back(session.activity()); });
    (void)channel_.send(answer);  // a gateway that is gone is noticed by the inbox
}

void WorkspaceWorker::begin_drain(CancelReason reason, milliseconds grace) {
    const Time until = std::chrono::steady_clock::now() + grace;
    drain_until_ = drain_until_ ? std::min(*drain_until_, until) : until;
    drain_reason_ = reason;
    if (draining_.exchange(true)) return;
    pool_->for_each([&](pgsession::Session& session) { session.end(reason); });
}

bool WorkspaceWorker::drained() const {
    if (!drain_until_) return false;
    return pool_->size() == 0 || std::chrono::steady_clock::now() >= *drain_until_;
}

int WorkspaceWorker::close() {
    watch_->stop();
    if (pool_->size() > 0) {
        // A statement that ignores its interrupt would keep its thread, and the instance, for ever. What was committed
        // is in the write-ahead log.
        pool_->for_each([this](pgsession::Session& session) { session.last_words(error_for(drain_reason_)); });
        { const TempDir removed = std::move(temp_); }
        ::_exit(0);
    }
    report();
    engine_check_.reset();
    pool_.reset();
    if (auto lifted = set_file_size_limit({}); !lifted) log::warning("worker_limit_not_set", {});
    if (auto done = instance_->checkpoint(); !done) {
        log::warning("workspace_not_checkpointed", {{"error", done.error().message}});  // the log is replayed next time
    }
    instance_.reset();
    return 0;
}

// ---------------------------------------------------------------- other threads

void WorkspaceWorker::session_closed(const pgsession::Session& session) {
    (void)channel_.send(link::SessionClosed{
        .session = session.info().session, .statements = session.statements(), .bytes_sent = session.bytes_sent()});
    if (draining_) inbox_.wake();
}

void WorkspaceWorker::check_deadlines(Time now) {
    std::optional<SessionId> culprit;
    pool_->for_each([&](pgsession::Session& session) {
        const bool overdue = session.check_deadlines(now) > milliseconds(start_.kill_grace_ms);
        if (overdue && !culprit) culprit = session.info().session;
    });
    check_disk();
    if (culprit) end_process("a statement ran past its deadline and could not be interrupted", *culprit);
    if (instance_->broken()) end_process("the database was invalidated by a fatal error", SessionId());
}

// Statements that grow are stopped as soon as the workspace is full, not only refused afterwards.
void WorkspaceWorker::check_disk() {
    bool growing = false;
    pool_->for_each([&](const pgsession::Session& session) { growing = growing || session.growing(); });
    if (!growing) return;
    services_.disk_watch->look();
    if (!group_.limits.disk_full()) return;
    pool_->for_each([](pgsession::Session& session) {
        if (session.growing()) session.cancel_statement(CancelReason::kDiskLimit);
    });
}

void WorkspaceWorker::report() {
    const std::lock_guard one_at_a_time(report_mutex_);
    link::Stats stats = services_.take();
    pool_->for_each([&](pgsession::Session& session) {
        if (session.info().internal) return;
        ++stats.sessions;
        stats.running += session.running() && session.waiting() == link::QueryWait::kNone ? 1 : 0;
    });
    stats.waiting_large = group_.large.waiting();
    stats.memory_bytes = memory_.bytes();
    const DiskWatch::Usage usage = services_.disk_watch->look();
    stats.disk_bytes = usage.disk;
    stats.temp_bytes = usage.temp;
    stats.memory_limit = group_.limits.get().memory;
    (void)channel_.send(stats);  // a gateway that is gone is noticed by the inbox
}

// The gateway lends turns by what it was told last: one at a time, in the order in which it was so.
void WorkspaceWorker::report_turns() {
    const std::lock_guard one_at_a_time(turns_mutex_);
    (void)channel_.send(group_.turns.use());
}

void WorkspaceWorker::give_memory_back() {
    restore_memory_reserve();
    if (memory_.bytes() < kWorthGivingBack) return;
    instance_->give_memory_back();
}

void WorkspaceWorker::end_process(const std::string& reason, const SessionId& culprit) {
    (void)channel_.send(link::Ending{.reason = reason, .session = culprit});
    pool_->for_each([&](pgsession::Session& session) {
        const bool guilty = session.info().session == culprit;
        session.last_words(error_for(guilty ? CancelReason::kStatementTimeout : CancelReason::kWorkerLost));
    });
    ::_exit(kEndedByItself);
}

}  // namespace smew::worker
