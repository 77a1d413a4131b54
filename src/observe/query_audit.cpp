#include "observe/query_audit.hpp"

#include "telemetry/log.hpp"

namespace smew::observe {
namespace {

// Large enough that neither calls of the system nor the other thread's waking count.
constexpr std::size_t kHandedOverAt = 256U << 10;
constexpr std::size_t kRoom = kHandedOverAt + (16U << 10);
constexpr std::size_t kMostSpare = 8;

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
    Lines next;
    {
        const std::lock_guard lock(mutex_);
        room = waiting_bytes_ + made_.text.size() <= kMaxBytes;
        if (room) {
            waiting_bytes_ += made_.text.size();
            waiting_.push_back(std::move(made_));
            if (!spare_.empty()) {
                next = std::move(spare_.back());
                spare_.pop_back();
            }
        }
    }
    if (room) {
        changed_.notify_one();
        made_ = std::move(next);
        made_.text.reserve(kRoom);
    } else {
        metrics_.query_records_dropped(telemetry::Metrics::RecordLoss::kAuditFile, made_.count);
        made_.text.clear();
        made_.count = 0;
    }
}

void QueryAudit::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
        if (waiting_.empty()) return;
        Lines lines = std::move(waiting_.front());
        waiting_.pop_front();
        waiting_bytes_ -= lines.text.size();
        lock.unlock();
        write(lines);
        lines.text.clear();
        lines.count = 0;
        lock.lock();
        if (spare_.size() < kMostSpare && lines.text.capacity() <= 2 * kRoom) spare_.push_back(std::move(lines));
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
