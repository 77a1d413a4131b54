#include "measure/run.hpp"

#include <algorithm>
#include <fstream>
#include <sys/utsname.h>
#include <thread>

namespace smew::measure {
namespace {

std::string first_line_with(const char* file, const std::string& start) {
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with(start)) return line.substr(std::min(line.find(':') + 2, line.size()));
    }
    return "";
}

std::string first_line(const char* file) {
    std::string line;
    std::getline(std::ifstream(file), line);
    return line;
}

}  // namespace

int exit_code(Verdict verdict) {
    switch (verdict) {
        case Verdict::kPass:
            return 0;
        case Verdict::kError:
            return 1;
        case Verdict::kRegression:
            return 97;
        case Verdict::kFail:
            return 99;
        case Verdict::kInterrupted:
            return 105;
        case Verdict::kInvalid:
            return 110;
        case Verdict::kIncorrect:
            return 111;
    }
    return 1;
}

std::string_view to_text(Verdict verdict) {
    switch (verdict) {
        case Verdict::kPass:
            return "pass";
        case Verdict::kError:
            return "error";
        case Verdict::kRegression:
            return "regression";
        case Verdict::kFail:
            return "fail";
        case Verdict::kInterrupted:
            return "interrupted";
        case Verdict::kInvalid:
            return "invalid";
        case Verdict::kIncorrect:
            return "incorrect";
    }
    return "";
}

// A wrong answer is worse than a slow one, and a run that measured the generator says nothing about targets.
Verdict Run::verdict() const {
    if (incorrect > 0) return Verdict::kIncorrect;
    if (interrupted) return Verdict::kInterrupted;
    if (!invalid_because.empty()) return Verdict::kInvalid;
    if (regression) return Verdict::kRegression;
    const auto failed = [](const Judgement& one) {
        return one.status == Status::kFailed || one.status == Status::kTooFew;
    };
    return std::ranges::any_of(judgements, failed) ? Verdict::kFail : Verdict::kPass;
}

std::map<std::string, std::string> machine_facts() {
    std::map<std::string, std::string> facts;
    utsname names{};
    if (::uname(&names) == 0) facts["kernel"] = std::string(names.sysname) + " " + names.release + " " + names.machine;
    facts["cpu"] = first_line_with("/proc/cpuinfo", "model name");
    facts["cpus"] = std::to_string(std::thread::hardware_concurrency());
    facts["memory"] = first_line_with("/proc/meminfo", "MemTotal");
    facts["governor"] = first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
    facts["load_average_at_start"] = first_line("/proc/loadavg");
#ifdef NDEBUG
    facts["build"] = "release";
#else
    facts["build"] = "debug: figures are not to be trusted";
#endif
    std::erase_if(facts, [](const auto& fact) { return fact.second.empty(); });
    return facts;
}

}  // namespace smew::measure
