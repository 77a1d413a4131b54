#pragma once
// Error monitoring and tracing as this process has them: who is told, and what of the log they are told.

#include "config/settings.hpp"
#include "core/clock.hpp"
#include "otlp/exporter.hpp"
#include "profiling/profiler.hpp"
#include "profiling/transaction_profiles.hpp"
#include "sentry/client.hpp"
#include "sentry/crash.hpp"
#include "telemetry/log.hpp"
#include "tracing/tracer.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace smew::app {

// Error lines of the log become events, the others breadcrumbs. Who a line is about is left out unless `people`.
class LogReports final : public log::Listener {
public:
    LogReports(sentry::Client& client, bool people);
    ~LogReports() override;
    LogReports(const LogReports&) = delete;
    LogReports& operator=(const LogReports&) = delete;

    void logged(log::Level level, std::string_view event, log::Fields fields) override;

private:
    sentry::Client& client_;
    const bool people_;
};

class Monitoring {
public:
    // Throws ErrorException (22023) when a setting is wrong.
    Monitoring(const config::Settings& settings, const std::string& version, const std::filesystem::path& data_dir,
               const Clock& clock);

    sentry::Client& sentry() { return *client_; }
    const tracing::Tracer& tracer() const { return *tracer_; }
    profiling::Profiler& profiler() { return profiler_; }
    profiling::TransactionProfiles& profiles() { return *profiles_; }
    // Now and then: slows down what records more than can be sent, and sends what was profiled.
    void tend();

private:
    std::unique_ptr<sentry::Client> client_;
    std::unique_ptr<sentry::CrashHandler> crashes_;  // null: without Sentry
    std::unique_ptr<otlp::Exporter> exporter_;       // null: no collector
    std::unique_ptr<tracing::Tracer> tracer_;
    profiling::Profiler profiler_;
    std::unique_ptr<profiling::TransactionProfiles> profiles_;
    std::unique_ptr<LogReports> log_;  // last: uses the client
};

}  // namespace smew::app
