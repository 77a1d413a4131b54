#pragma once
// The built-in alerting: watches what happens, decides, limits the rate, sends to the webhooks, keeps the history.
// Thread-safe. Nothing here waits for a receiver.

#include "config/settings.hpp"
#include "core/clock.hpp"
#include "link/query_record.hpp"
#include "observe/alert_delivery.hpp"
#include "observe/alert_records.hpp"
#include "telemetry/events.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace smew::observe {

class Alerts : public telemetry::Events {
public:
    // Names for people, looked up when an alert is made; an unknown project has none.
    using ProjectName = std::function<std::string(const ProjectId&)>;

    // Throws ErrorException (22023) when the settings of the webhooks are wrong. `attempt`: as posts are made, but in
    // tests.
    static std::unique_ptr<Alerts> create(const config::Settings& settings, const Clock& clock,
                                          ProjectName project_name, AlertDelivery::Attempt attempt = {},
                                          DeliveryPolicy policy = {});

    virtual std::size_t webhooks() const = 0;
    // Sends a test alert to every webhook, past the rate limit; gives its number.
    virtual std::uint64_t send_test() = 0;
    // The newest first, at most `limit`, with a project its own only; a number finds one.
    virtual std::vector<AlertRecord> history(std::size_t limit, const ProjectId* project = nullptr) const = 0;
    virtual std::optional<AlertRecord> find(std::uint64_t number) const = 0;
    // Looks at conditions that end by the passing of time alone, and at those that could not be told yet; called every
    // few seconds.
    virtual void tick() = 0;
    // A statement took longer than slow_query_threshold_ms.
    virtual void slow_query(const link::QueryRecord& record) = 0;
    // The PostgreSQL front does not answer, or does again.
    virtual void server_down(bool down, std::string_view why) = 0;
};

}  // namespace smew::observe
