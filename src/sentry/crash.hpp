#pragma once
// What is left to tell when the process dies of a signal: the handler writes the stack into a file that was opened at
// the start, and the next start makes a report of it.

#include "sentry/event.hpp"

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
};

// The report of an earlier run's crash; nullopt when there was none. Removes the file.
std::optional<Event> take_crash(const std::filesystem::path& file);

}  // namespace smew::sentry
