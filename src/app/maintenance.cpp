#include "app/maintenance.hpp"

#include "telemetry/log.hpp"

#include <algorithm>
#include <exception>

namespace smew::app {
namespace {

void perform(const Maintenance::Duty& duty) {
    try {
        duty.work();
    } catch (const std::exception& exception) {
        log::error("maintenance_failed", {{"duty", duty.name}, {"what", exception.what()}});
    }
}

}  // namespace

Maintenance::Maintenance(std::vector<Duty> duties)
    : duties_(std::move(duties)), thread_([this](const std::stop_token& stop) { run(stop); }) {}

Maintenance::~Maintenance() = default;

void Maintenance::run(const std::stop_token& stop) {
    using Clock = std::chrono::steady_clock;
    std::vector<Clock::time_point> due(duties_.size(), Clock::now());
    while (!stop.stop_requested()) {
        for (std::size_t i = 0; i < duties_.size() && !stop.stop_requested(); ++i) {
            if (Clock::now() < due[i]) continue;
            perform(duties_[i]);
            due[i] = Clock::now() + duties_[i].every;
        }
        std::unique_lock lock(mutex_);
        wake_.wait_until(lock, stop, std::ranges::min(due), [] { return false; });
    }
}

}  // namespace smew::app
