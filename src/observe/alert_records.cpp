#include "observe/alert_records.hpp"

#include <algorithm>

namespace smew::observe {
namespace {

constexpr std::size_t kKept = 500;

}  // namespace

std::uint64_t AlertRecords::add(const Alert& alert, const std::vector<std::string>& webhooks) {
    AlertRecord record{.alert = alert};
    for (const std::string& host : webhooks) record.receipts.push_back({.webhook = host});
    const std::lock_guard lock(mutex_);
    record.number = ++last_number_;
    records_.push_front(std::move(record));
    if (records_.size() > kKept) records_.pop_back();
    return last_number_;
}

void AlertRecords::receive(std::uint64_t number, const std::string& host, int attempts, const std::string& error) {
    const std::lock_guard lock(mutex_);
    const auto record = std::ranges::find(records_, number, &AlertRecord::number);
    if (record == records_.end()) return;
    const auto receipt = std::ranges::find_if(
        record->receipts, [&](const AlertRecord::Receipt& one) { return one.webhook == host && one.attempts == 0; });
    if (receipt == record->receipts.end()) return;
    receipt->attempts = std::max(attempts, 1);
    receipt->error = error;
}

std::vector<AlertRecord> AlertRecords::newest(std::size_t limit, const ProjectId* project) const {
    std::vector<AlertRecord> found;
    const std::lock_guard lock(mutex_);
    for (const AlertRecord& record : records_) {
        if (found.size() == limit) break;
        if (project == nullptr || record.alert.project == *project) found.push_back(record);
    }
    return found;
}

std::optional<AlertRecord> AlertRecords::find(std::uint64_t number) const {
    const std::lock_guard lock(mutex_);
    const auto found = std::ranges::find(records_, number, &AlertRecord::number);
    return found == records_.end() ? std::nullopt : std::optional(*found);
}

}  // namespace smew::observe
