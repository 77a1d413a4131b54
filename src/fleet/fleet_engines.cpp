// Checks of the workspaces' engines. Their processes do them: only they have one.

#include "fleet/fleet_impl.hpp"

#include <algorithm>

namespace smew::fleet {
namespace {

Error no_answer() {
    return {sqlstate::kSystemError, "the engine has not answered in time", "",
            "It may be at the limits of the machine; health_engine_timeout_seconds says how long it has."};
}

}  // namespace

std::vector<EngineCheck> FleetImpl::check_engines(std::chrono::milliseconds patience) {
    struct Question {
        WorkerPointer worker;
        std::uint64_t number;
    };
    std::vector<Question> asked;
    Lock lock(mutex_);
    for (const auto& [workspace, worker] : workspaces_) {
        if (worker->state != WorkerState::kReady) continue;
        asked.push_back({worker, next_question_++});
        engine_questions_[asked.back().number];
        // One that cannot be told does not answer either.
        (void)worker->channel.send_now(link::CheckEngine{asked.back().number});
    }
    changed_.wait_for(lock, patience, [&] {
        return std::ranges::all_of(asked, [&](const Question& question) {
            return engine_questions_[question.number].has_value() || !question.worker->usable();
        });
    });
    std::vector<EngineCheck> checks;
    for (const Question& question : asked) {
        const auto answer = std::move(engine_questions_[question.number]);
        engine_questions_.erase(question.number);
        if (!question.worker->usable()) continue;
        EngineCheck check{.workspace = question.worker->workspace, .error = no_answer(), .taken = patience};
        if (answer) {
            check.error = answer->error;
            check.taken = std::chrono::microseconds(static_cast<std::int64_t>(answer->taken_us));
        }
        metrics_.engine_check(!check.error);
        checks.push_back(std::move(check));
    }
    return checks;
}

void FleetImpl::on_engine_checked(link::EngineChecked checked) {
    {
        const std::lock_guard lock(mutex_);
        const auto found = engine_questions_.find(checked.request);
        if (found == engine_questions_.end()) return;  // nobody waits any more
        found->second = std::move(checked);
    }
    changed_.notify_all();
}

}  // namespace smew::fleet
