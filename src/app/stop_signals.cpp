#include "app/stop_signals.hpp"

#include "telemetry/log.hpp"

#include <boost/asio/post.hpp>

#include <csignal>
#include <unistd.h>

namespace smew::app {

StopSignals::StopSignals() : signals_(io_, SIGTERM, SIGINT), deadline_(io_) {
    await_first();
    thread_ = std::thread([this] { io_.run(); });
}

StopSignals::~StopSignals() {
    io_.stop();
    thread_.join();
}

int StopSignals::wait() {
    return first_.get_future().get();
}

void StopSignals::exit_at(SteadyTime deadline) {
    boost::asio::post(io_, [this, deadline] {
        deadline_.expires_at(deadline);
        deadline_.async_wait([](const boost::system::error_code& error) {
            if (error) return;
            log::error("shutdown_timed_out");
            ::_exit(1);
        });
    });
}

void StopSignals::await_first() {
    signals_.async_wait([this](const boost::system::error_code& error, int signal) {
        if (error) return;
        await_second();
        first_.set_value(signal);
    });
}

void StopSignals::await_second() {
    signals_.async_wait([](const boost::system::error_code& error, int signal) {
        if (error) return;
        log::warning("shutdown_cut_short", {{"signal", signal}});
        ::_exit(128 + signal);
    });
}

}  // namespace smew::app
