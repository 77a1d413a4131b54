#pragma once
// Has the engine answer a statement of its own when the gateway asks whether it is well: on a connection of its own, so
// that no session's lock or failed transaction is mistaken for the engine's.

#include "engine/engine.hpp"
#include "link/channel.hpp"

#include <atomic>
#include <system_error>
#include <thread>

namespace smew::worker {

class EngineCheck {
public:
    // Both outlive it.
    EngineCheck(link::Channel& channel, engine::Instance& instance) : channel_(channel), instance_(instance) {}
    // Waits for the one under way.
    ~EngineCheck();
    EngineCheck(const EngineCheck&) = delete;
    EngineCheck& operator=(const EngineCheck&) = delete;

    // Answers from a thread of its own. While one is under way another is left unanswered: the engine hangs.
    void begin(const link::CheckEngine& question);

private:
    void answer(std::uint64_t request);
    Result<void> ask_engine() const;

    link::Channel& channel_;
    engine::Instance& instance_;
    std::atomic<bool> busy_{false};
    std::thread thread_;
};

}  // namespace smew::worker
