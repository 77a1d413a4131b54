#pragma once
// SIGTERM and SIGINT: the first asks for a graceful end, the second ends the process at once.

#include "core/clock.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <future>
#include <thread>

namespace smew::app {

// Watches on a thread of its own, so that the second signal is heard while the process shuts down.
class StopSignals {
public:
    StopSignals();
    ~StopSignals();
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;

    // Waits for the first signal and returns its number. To be called once.
    int wait();
    // Ends the process with exit code 1 unless this object is gone by then.
    void exit_at(SteadyTime deadline);

private:
    void await_first();
    void await_second();

    boost::asio::io_context io_;
    boost::asio::signal_set signals_;
    boost::asio::steady_timer deadline_;
    std::promise<int> first_;
    std::thread thread_;
};

}  // namespace smew::app
