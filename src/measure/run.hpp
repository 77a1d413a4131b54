#pragma once
// A whole run: what was asked, what was recorded, what was judged. Every report is made from it.

#include "measure/judge.hpp"
#include "measure/recording.hpp"

#include <deque>
#include <map>
#include <string>
#include <vector>

namespace smew::measure {

// Exit codes of `smew load`; 99 is k6's.
enum class Verdict { kPass, kFail, kRegression, kInterrupted, kInvalid, kIncorrect, kError };
int exit_code(Verdict verdict);
std::string_view to_text(Verdict verdict);

struct Run {
    std::string kind;        // "websocket", "database", "pgwire", "soak"
    std::string id;          // 16 hex digits
    std::string version;     // of smew
    std::string started_at;  // ISO 8601
    std::string address;     // what was tested, without passwords
    std::string model;       // "closed, 100 users, think 50ms"
    std::string phases;      // "ramp 10s, warm-up 5s, steady 60s"
    std::string main_metric;
    std::string connect_metric;
    std::uint64_t seed = 0;
    std::uint64_t operations_drawn = 0;
    std::uint64_t operations_hash = 14695981039346656037U;  // FNV-1a of the first 1,000: the same for the same seed
    std::vector<std::string> arguments;
    std::map<std::string, std::string> environment;  // machine, kernel, build, server's version …
    double duration_s = 0;
    std::deque<Stage> stages;
    Errors errors;
    std::vector<Judgement> judgements;
    std::vector<std::string> invalid_because;
    std::vector<std::string> notes;
    bool interrupted = false;
    bool regression = false;      // a target on the baseline failed
    std::uint64_t incorrect = 0;  // rows of others, wrong replies

    Verdict verdict() const;
};

// Facts about this machine and build, for Run::environment.
std::map<std::string, std::string> machine_facts();

}  // namespace smew::measure
