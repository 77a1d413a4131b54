#include "app/maintenance.hpp"

#include "telemetry/log.hpp"

#include <algorithm>
#include <exception>

namespace smew::app {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::minutes kTellEvery{1};

bool succeeds(const Maintenance::Duty& duty) {
    try {
        duty.work();
        return true;
    } catch (const std::exception& exception) {
        log::error("maintenance_failed", {{"duty", duty.name}, {"what", exception.what()}});
        return false;
    }
}

}  // namespace

Maintenance::Maintenance(std::vector<Duty> duties, Told told) : told_(std::move(told)) {
    for (Duty& duty : duties) entries_.push_back({.duty = std::move(duty)});
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

Maintenance::~Maintenance() = default;

void Maintenance::perform(Entry& entry) const {
    const Time begun = Clock::now();
    const bool ok = succeeds(entry.duty);
    const Time now = Clock::now();
    entry.due = now + entry.duty.every;
    if (!told_ || (ok && now < entry.tell)) return;
    entry.tell = now + kTellEvery;
    told_({entry.duty, ok, std::chrono::duration_cast<std::chrono::milliseconds>(now - begun)});
}

void Maintenance::run(const std::stop_token& stop) {
    while (!stop.stop_requested() && !entries_.empty()) {
        for (Entry& entry : entries_) {
            if (Clock::now() >= entry.due && !stop.stop_requested()) perform(entry);
        }
        std::unique_lock lock(mutex_);
        wake_.wait_until(lock, stop, std::ranges::min(entries_, {}, &Entry::due).due, [] { return false; });
    }
}

}  // namespace smew::app
