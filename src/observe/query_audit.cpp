#include "observe/query_audit.hpp"

#include "telemetry/log.hpp"

namespace smew::observe {
namespace {

constexpr std::size_t kHandedOverAt = 64U << 10;

}  // namespace

QueryAudit::QueryAudit(RotatingFile file, const QueryPolicy& policy, telemetry::Metrics& metrics)
    : policy_(policy), metrics_(metrics), file_(std::move(file)), thread_([this] { run(); }) {}

QueryAudit::~QueryAudit() {
    hand_over();
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_one();
    thread_.join();
}

void QueryAudit::executed(const link::QueryRecord& record) {
    if (!policy_.audits()) return;
    lines_.append(made_.text, record);
    ++made_.count;
    if (made_.text.size() >= kHandedOverAt) hand_over();
}

void QueryAudit::hand_over() {
    if (made_.count == 0) return;
    bool room = false;
    {
        const std::lock_guard lock(mutex_);
        room = waiting_.text.size() + made_.text.size() <= kMaxBytes;
        if (room && waiting_.count == 0) {
            std::swap(waiting_, made_);
        } else if (room) {
            waiting_.text += made_.text;
            waiting_.count += made_.count;
        }
    }
    if (room) {
        changed_.notify_one();
    } else {
        metrics_.query_records_dropped(telemetry::Metrics::RecordLoss::kAuditFile, made_.count);
    }
    made_.text.clear();
    made_.count = 0;
}

void QueryAudit::run() {
    Lines lines;
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return stopping_ || waiting_.count != 0; });
        if (waiting_.count == 0) return;
        std::swap(lines, waiting_);
        lock.unlock();
        write(lines);
        lines.text.clear();
        lines.count = 0;
        lock.lock();
    }
}

void QueryAudit::write(const Lines& lines) {
    const Result<void> written = file_.append(lines.text);
    if (!written) metrics_.query_records_dropped(telemetry::Metrics::RecordLoss::kAuditFile, lines.count);
    // Once for each time it begins: the metric tells how many.
    if (!written && !failing_) log::error("query_audit_not_written", {{"error", written.error().message}});
    if (written && failing_) log::info("query_audit_written_again");
    failing_ = !written;
}

}  // namespace smew::observe
