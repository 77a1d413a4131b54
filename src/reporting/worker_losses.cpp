#include "reporting/worker_losses.hpp"

#include "sentry/crash.hpp"

namespace smew::reporting {
namespace {

// Killed from outside (the kernel's out-of-memory killer is the usual one), or ended by itself: there is no stack.
sentry::Event without_dump(const telemetry::Events::WorkerLoss& loss) {
    sentry::Event event{.level = sentry::Level::kError};
    event.exceptions.push_back(
        {.type = "WorkerLost",
         .value = std::string(loss.how) + (loss.reason.empty() ? "" : ": " + std::string(loss.reason)),
         .mechanism = "worker",
         .handled = false,
         .synthetic = true});
    event.fingerprint = {"worker-lost", std::string(loss.how), std::string(loss.reason)};
    return event;
}

}  // namespace

void WorkerLosses::worker_lost(const WorkerLoss& loss) {
    if (client_.enabled()) {
        auto dump = stacks::read_crash_dump(loss.dump);
        sentry::Event event = dump ? sentry::crash_event(*std::move(dump)) : without_dump(loss);
        event.logger = "smew.fleet";
        event.tags = {{"process", loss.workspace.value().empty() ? "loader" : "worker"},
                      {"project", loss.project.value()},
                      {"workspace", loss.workspace.value()}};
        std::erase_if(event.tags, [](const auto& tag) { return tag.second.empty(); });
        event.contexts.push_back({"worker", {{"end", std::string(loss.how)}, {"reason", std::string(loss.reason)}}});
        client_.capture(std::move(event));
    }
    next_.worker_lost(loss);
}

}  // namespace smew::reporting
