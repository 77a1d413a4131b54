#pragma once
// The worker's main thread waits here: for the gateway's next message, for another thread's call, or for a time.

#include "link/channel.hpp"

#include <chrono>
#include <optional>

namespace smew::worker {

class Inbox {
public:
    using Time = std::chrono::steady_clock::time_point;
    enum class Event { kMessage, kWoken, kTimeout, kClosed };
    struct Arrival {
        Event event = Event::kTimeout;
        link::Channel::Received received;  // of kMessage
    };

    // `channel` outlives it. Throws std::system_error when the system gives no event descriptor.
    explicit Inbox(link::Channel& channel);

    // kClosed comes once, when the link is closed or broken; after it only the other events come.
    Arrival wait(std::optional<Time> until);
    // From any thread: the current or next wait() returns kWoken.
    void wake();

private:
    std::optional<Arrival> take();

    link::Channel& channel_;
    UniqueFd woken_;
    bool closed_ = false;
};

}  // namespace smew::worker
