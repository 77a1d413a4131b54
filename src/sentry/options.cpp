#include "sentry/options.hpp"

#include <algorithm>
#include <array>
#include <sstream>
#include <unistd.h>

namespace smew::sentry {
namespace {

std::vector<std::string> words_of(const std::string& text) {
    std::istringstream stream(text);
    std::vector<std::string> words;
    for (std::string word; stream >> word;) words.push_back(word);
    return words;
}

std::string host_name() {
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "smew";
}

double by_environment(std::optional<double> set, const std::string& environment) {
    return set.value_or(environment == "production" ? 0.1 : 1.0);
}

// An environment has no slash and a release neither slash nor line end.
std::string without_slashes(std::string text) {
    std::ranges::replace_if(
        text, [](char c) { return c == '/' || c == '\\' || c == '\n'; }, '-');
    return text;
}

bool is_health_check(const Event& event) {
    return event.transaction.find(" /health") != std::string::npos;
}

bool is_connection_error(const Event& event) {
    if (event.sqlstate.starts_with("08")) return true;
    constexpr std::array<std::string_view, 5> kTexts{"Connection refused", "Connection reset", "Broken pipe",
                                                     "Connection timed out", "connection refused"};
    return std::ranges::any_of(event.exceptions, [&](const ExceptionInfo& exception) {
        return std::ranges::any_of(
            kTexts, [&](std::string_view text) { return exception.value.find(text) != std::string::npos; });
    });
}

}  // namespace

std::string instance_name(const config::Settings& settings) {
    return settings.alert_instance.empty() ? host_name() : settings.alert_instance;
}

double traces_sample_rate(const config::Settings& settings) {
    return by_environment(settings.sentry_traces_sample_rate, settings.environment);
}
double profiles_sample_rate(const config::Settings& settings) {
    return by_environment(settings.sentry_profiles_sample_rate, settings.environment);
}

Options options_of(const config::Settings& settings, const std::string& version,
                   const std::filesystem::path& data_dir) {
    return {.dsn = parse_dsn(settings.sentry_dsn.reveal()).value(),
            .identity = {.release = without_slashes(settings.sentry_release_name) + "@" + version,
                         .environment = without_slashes(settings.environment),
                         .server_name = instance_name(settings),
                         .version = version,
                         .send_default_pii = settings.sentry_send_default_pii},
            .error_sample_rate = settings.sentry_error_sample_rate,
            .development = settings.environment == "development",
            .ignored_sqlstates = words_of(settings.sentry_ignore_sqlstates),
            .ignored_errors = words_of(settings.sentry_ignore_errors),
            .queue_errors = static_cast<std::size_t>(settings.sentry_queue_errors),
            .queue_transactions = static_cast<std::size_t>(settings.sentry_queue_transactions),
            .spool_directory = data_dir / "sentry",
            .spool_bytes = settings.sentry_spool_bytes.count,
            .shutdown_timeout = settings.sentry_shutdown_timeout_seconds};
}

std::string_view reason_to_ignore(const Event& event, const Options& options) {
    if (is_health_check(event)) return "health check";
    if (options.development && is_connection_error(event)) return "connection error in development";
    const auto names_state = [&event](const std::string& state) {
        return !event.sqlstate.empty() &&
               (state == event.sqlstate || (state.size() == 2 && event.sqlstate.starts_with(state)));
    };
    if (std::ranges::any_of(options.ignored_sqlstates, names_state)) return "sentry_ignore_sqlstates";
    const auto names_error = [&event](const std::string& name) {
        return event.message == name || std::ranges::any_of(event.exceptions, [&name](const ExceptionInfo& exception) {
                   return exception.type == name;
               });
    };
    if (std::ranges::any_of(options.ignored_errors, names_error)) return "sentry_ignore_errors";
    return {};
}

}  // namespace smew::sentry
