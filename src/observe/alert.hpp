#pragma once
// One alert as it is sent and kept. Names, fields and contexts: the seed workspace-production-readiness, task 4.

#include "core/clock.hpp"
#include "core/ids.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace smew::observe {

enum class AlertType {
    kHighErrorRate,
    kHighLatency,
    kAuthFailures,
    kSlowQuery,
    kServerDown,
    kWorkspaceSizeExceeded,
    kWorkerLost,
    kTest,
};
inline constexpr std::size_t kAlertTypes = 8;

struct AlertKind {
    std::string_view name;  // "PGWireHighErrorRate"
    std::string_view severity;
};
const AlertKind& kind_of(AlertType type);

struct Alert {
    using Value = std::variant<std::string, std::int64_t>;

    AlertType type = AlertType::kTest;
    ProjectId project;      // whose it is; empty: the instance's
    bool resolved = false;  // the condition an earlier alert told of is over
    WallTime at{};
    std::string summary, description;
    std::vector<std::pair<std::string, Value>> context;  // in the order it is shown
    std::optional<double> value;
    std::uint64_t suppressed = 0;  // of this type held back since the last one, by the rate limit
};

}  // namespace smew::observe
