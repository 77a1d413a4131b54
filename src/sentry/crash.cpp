#include "sentry/crash.hpp"

#include "core/error.hpp"

#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <unistd.h>

namespace smew::sentry {
namespace {

constexpr std::string_view kReleaseWord = "release ";

// Behind the first line, which names the release.
std::optional<Event> event_of(const std::string& text) {
    const std::size_t end = text.find('\n');
    if (!text.starts_with(kReleaseWord) || end == std::string::npos) return std::nullopt;
    auto dump = stacks::read_crash_dump(std::string_view(text).substr(end + 1));
    if (!dump) return std::nullopt;
    Event event = crash_event(*std::move(dump));
    event.release = text.substr(kReleaseWord.size(), end - kReleaseWord.size());
    return event;
}

}  // namespace

CrashHandler::CrashHandler(const std::filesystem::path& file, std::string_view release) : file_(file) {
    std::error_code ignored;
    std::filesystem::create_directories(file.parent_path(), ignored);
    fd_.reset(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    const std::string line = std::string(kReleaseWord) + std::string(release) + "\n";
    if (!fd_ || ::write(fd_.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
        throw ErrorException({sqlstate::kSystemError, "cannot make " + file.string(), std::strerror(errno)});
    }
    stacks::leave_crash_dumps(fd_.get());
}

CrashHandler::~CrashHandler() {
    stacks::leave_no_crash_dumps();
    std::error_code ignored;
    std::filesystem::remove(file_, ignored);
}

Event crash_event(stacks::CrashDump dump) {
    ExceptionInfo info{.type = dump.signal_name(),
                       .value = dump.description(),
                       .stack = dump.stack,
                       .mechanism = "signalhandler",
                       .handled = false,
                       .synthetic = true,
                       .data = {{"signal", std::int64_t{dump.signal}}, {"code", std::int64_t{dump.code}}}};
    return {.at = dump.at,
            .level = Level::kFatal,
            .exceptions = {std::move(info)},
            .thread = dump.thread,
            .modules = std::make_shared<const std::vector<Module>>(std::move(dump.modules))};
}

std::optional<Event> take_crash(const std::filesystem::path& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    std::error_code ignored;
    std::filesystem::remove(file, ignored);
    return event_of(text.str());
}

}  // namespace smew::sentry
