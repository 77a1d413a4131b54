// The program: which process this is to be, and how its start failed.

#include "app/serve.hpp"
#include "config/command_line.hpp"
#include "config/load.hpp"
#include "config/reference.hpp"
#include "core/error.hpp"
#include "engine/engine.hpp"
#include "load/load.hpp"
#include "telemetry/log.hpp"
#include "worker/worker.hpp"

#include <cstdio>
#include <exception>
#include <span>
#include <string>
#include <string_view>

namespace smew::app {
namespace {

constexpr int kSuccess = 0, kFailure = 1, kUsage = 2;
constexpr smew::worker::Descriptors kWorkerDescriptors{.link = 3, .crash = 4, .records = 5};

void print(std::FILE* stream, const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stream);
    std::fflush(stream);
}

int usage_error(const std::string& text) {
    print(stderr, "smew: " + text + "\nTry \"smew --help\" or \"smew serve --help\".\n");
    return kUsage;
}

int settings_error(const std::vector<std::string>& problems) {
    for (const std::string& problem : problems) print(stderr, "smew: " + problem + "\n");
    return kUsage;
}

int run_serve(const config::CommandLine& line) {
    const config::Loaded loaded = config::load({line.flags, config::process_environment(), line.config_file});
    if (!loaded.problems.empty()) return settings_error(loaded.problems);
    if (line.print_config) {
        print(stdout, config::config_listing(loaded));
        return kSuccess;
    }
    config::remove_secrets_from_environment();
    return serve(loaded.settings, SMEW_VERSION);
}

int run(const config::CommandLine& line) {
    switch (line.command) {
        case config::Command::kServe:
            return run_serve(line);
        case config::Command::kVersion:
            print(stdout, "smew " SMEW_VERSION "\nDuckDB " + engine::duckdb_version() + "\n");
            return kSuccess;
        case config::Command::kSettingsDoc:
            print(stdout, config::settings_document());
            return kSuccess;
        case config::Command::kHelp:
            print(stdout, line.text);
            return kSuccess;
        case config::Command::kUsageError:
            return usage_error(line.text);
    }
    return kFailure;
}

int start_failed(std::string_view message, std::string_view detail, std::string_view hint) {
    log::error("start_failed", {{"message", message}, {"detail", detail}, {"hint", hint}});
    return kFailure;
}

int run_reporting_failures(const config::CommandLine& line) {
    try {
        return run(line);
    } catch (const ErrorException& exception) {
        return start_failed(exception.error().message, exception.error().detail, exception.error().hint);
    } catch (const std::exception& exception) {
        return start_failed(exception.what(), "", "");
    }
}

}  // namespace
}  // namespace smew::app

int main(int count, char** words) {
    const std::span<char* const> arguments(words + (count > 0 ? 1 : 0),
                                           static_cast<std::size_t>(count > 0 ? count - 1 : 0));
    // Before anything else is set up: workers are started by the hundred and each is to be small and quick.
    if (arguments.size() == 1 && std::string_view(arguments[0]) == "worker") {
        return smew::worker::run_worker(smew::app::kWorkerDescriptors);
    }
    if (!arguments.empty() && std::string_view(arguments[0]) == "load") {
        return smew::load::run_load(arguments.subspan(1), SMEW_VERSION);
    }
    const smew::config::CommandLine line = smew::config::parse_command_line(arguments);
    smew::config::hide_secret_arguments(arguments);
    return smew::app::run_reporting_failures(line);
}
