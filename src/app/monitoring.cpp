#include "app/monitoring.hpp"

#include "sentry/scrub.hpp"

#include <algorithm>
#include <array>
#include <exception>

namespace smew::app {
namespace {

tracing::Attribute value_of(const log::Field& field) {
    return std::visit(
        [](auto value) -> tracing::Attribute {
            if constexpr (std::is_same_v<decltype(value), std::string_view>) {
                return std::string(value);
            } else {
                return value;
            }
        },
        field.value);
}

// Fields of log lines that say whose doing it was.
bool names_people(std::string_view field) {
    constexpr std::array<std::string_view, 7> kFields{"user",      "username",       "address", "client",
                                                      "client_ip", "client_address", "peer"};
    return std::ranges::find(kFields, field) != kFields.end();
}

// Reported with more detail by those who log them.
bool reported_elsewhere(std::string_view event) {
    return event == "http_internal_error" || event == "worker_lost";
}

std::unique_ptr<sentry::Client> make_client(const config::Settings& settings, const std::string& version,
                                            const std::filesystem::path& data_dir, const Clock& clock) {
    if (settings.sentry_dsn.empty()) return std::make_unique<sentry::Client>();
    return std::make_unique<sentry::Client>(sentry::options_of(settings, version, data_dir), clock);
}

// First what an earlier run has left, then what this one might.
std::unique_ptr<sentry::CrashHandler> watch_crashes(sentry::Client& client, const std::string& release,
                                                    const std::filesystem::path& data_dir) {
    if (!client.enabled()) return nullptr;
    const std::filesystem::path file = data_dir / "sentry" / "crash.dump";
    if (auto crash = sentry::take_crash(file)) client.report_crash(*std::move(crash));
    return std::make_unique<sentry::CrashHandler>(file, release);
}

std::unique_ptr<otlp::Exporter> make_exporter(const config::Settings& settings, const std::string& version) {
    if (settings.otlp_endpoint.empty()) return nullptr;
    return std::make_unique<otlp::Exporter>(
        otlp::ExporterOptions{.url = otlp::traces_url(settings.otlp_endpoint).value(),
                              .headers = otlp::parse_headers(settings.otlp_headers).value(),
                              .resource = {.service_name = settings.sentry_release_name,
                                           .service_version = version,
                                           .environment = settings.environment,
                                           .instance = sentry::instance_name(settings)},
                              .queue = static_cast<std::size_t>(settings.sentry_queue_transactions),
                              .shutdown_timeout = settings.sentry_shutdown_timeout_seconds,
                              .clean = sentry::scrub_text});
}

tracing::Tracer::Origin origin_of(const config::Settings& settings, const std::string& version) {
    if (settings.sentry_dsn.empty()) return {};
    const sentry::Options options = sentry::options_of(settings, version, {});
    return {.public_key = options.dsn.public_key,
            .release = options.identity.release,
            .environment = options.identity.environment,
            .org_id = options.dsn.org_id};
}

sentry::Identity identity_of(const config::Settings& settings, const std::string& version) {
    return settings.sentry_dsn.empty() ? sentry::Identity{} : sentry::options_of(settings, version, {}).identity;
}

}  // namespace

LogReports::LogReports(sentry::Client& client, bool people) : client_(client), people_(people) {
    if (client_.enabled()) log::set_listener(this);
}

LogReports::~LogReports() {
    if (client_.enabled()) log::set_listener(nullptr);
}

void LogReports::logged(log::Level level, std::string_view event, log::Fields fields) {
    sentry::Fields data;
    for (const log::Field& field : fields) {
        if (people_ || !names_people(field.key)) data.emplace_back(field.key, value_of(field));
    }
    if (level != log::Level::kError || reported_elsewhere(event)) {
        client_.leave({.level = level, .category = "log", .message = std::string(event), .data = std::move(data)});
        return;
    }
    if (const auto thrown = std::current_exception()) {
        // Logged where it was caught: it knows where it was thrown.
        client_.capture_exception(
            thrown, {.context = {{"log", std::move(data)}}, .user = {}, .tags = {{"log_event", std::string(event)}}});
        return;
    }
    sentry::Event report{.level = sentry::Level::kError, .logger = "smew", .message = std::string(event)};
    report.contexts.emplace_back("log", std::move(data));
    client_.capture(std::move(report));
}

Monitoring::Monitoring(const config::Settings& settings, const std::string& version,
                       const std::filesystem::path& data_dir, const Clock& clock)
    : client_(make_client(settings, version, data_dir, clock)),
      crashes_(watch_crashes(*client_, origin_of(settings, version).release, data_dir)),
      exporter_(make_exporter(settings, version)),
      profiler_(static_cast<std::uint32_t>(settings.profile_hertz)),
      profiles_(std::make_unique<profiling::TransactionProfiles>(profiler_, *client_, identity_of(settings, version),
                                                                 sentry::profiles_sample_rate(settings))) {
    std::vector<tracing::Sink*> sinks;
    if (client_->enabled()) sinks.push_back(client_.get());
    if (exporter_) sinks.push_back(exporter_.get());
    tracer_ = std::make_unique<tracing::Tracer>(tracing::SampleRates{.health = settings.sentry_health_sample_rate,
                                                                     .websocket = settings.sentry_websocket_sample_rate,
                                                                     .api = settings.sentry_api_sample_rate,
                                                                     .other = sentry::traces_sample_rate(settings)},
                                                origin_of(settings, version), clock, std::move(sinks));
    log_ = std::make_unique<LogReports>(*client_, settings.sentry_send_default_pii);
}

void Monitoring::tend() {
    tracer_->set_backpressure(client_->backpressure());
    profiles_->tick();
}

}  // namespace smew::app
