#include "engine/loader_cancel.hpp"

#include <chrono>
#include <utility>

namespace smew::engine::loader {
namespace {
// A cancelled job ends within this and what DuckDB needs to see an interrupt (1 to 21 ms measured).
constexpr std::chrono::milliseconds kPeriod{20};
}  // namespace

CancelWatch::CancelWatch(const std::atomic<bool>& cancel, std::function<void()> interrupt)
    : cancel_(cancel), interrupt_(std::move(interrupt)), thread_([this](std::stop_token stop) { watch(stop); }) {}

void CancelWatch::watch(std::stop_token stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
        wake_.wait_for(lock, stop, kPeriod, [] { return false; });
        if (cancel_) interrupt_();
    }
}

}  // namespace smew::engine::loader
