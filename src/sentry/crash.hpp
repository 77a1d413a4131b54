#pragma once
// This process's crashes, told by its next start, and reports of crashes.

#include "core/fd.hpp"
#include "sentry/event.hpp"
#include "stacks/crash_dump.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace smew::sentry {

// While it lives, SIGSEGV, SIGBUS, SIGILL, SIGFPE and SIGABRT leave a dump in `file` before they end the process. One a
// process.
class CrashHandler {
public:
    // Throws ErrorException when the file cannot be made. What an earlier run has left in it must have been read.
    CrashHandler(const std::filesystem::path& file, std::string_view release);
    // The end was no crash: removes the file.
    ~CrashHandler();
    CrashHandler(const CrashHandler&) = delete;
    CrashHandler& operator=(const CrashHandler&) = delete;

private:
    const std::filesystem::path file_;
    UniqueFd fd_;
};

Event crash_event(stacks::CrashDump dump);

// The report of an earlier run's crash; nullopt when there was none. Removes the file.
std::optional<Event> take_crash(const std::filesystem::path& file);

}  // namespace smew::sentry
