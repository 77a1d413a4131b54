#include "observe/alerts.hpp"

#include "core/error.hpp"
#include "observe/alert_rules.hpp"
#include "observe/latency_watch.hpp"
#include "telemetry/log.hpp"

#include <array>
#include <map>
#include <mutex>
#include <unistd.h>

namespace smew::observe {
namespace {

constexpr std::size_t kMaxAddresses = 10'000;  // whose failed logins are counted at a time

std::string instance_name(const config::Settings& settings) {
    if (!settings.alert_instance.empty()) return settings.alert_instance;
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "smew";
}

std::string percent(double share) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f%%", share * 100);
    return text.data();
}

std::string minutes(std::chrono::seconds time) {
    return time.count() % 60 == 0 ? std::to_string(time.count() / 60) + " minutes"
                                  : std::to_string(time.count()) + " seconds";
}

class AlertsImpl final : public Alerts {
public:
    AlertsImpl(const config::Settings& settings, const Clock& clock, ProjectName project_name,
               std::vector<Webhook> webhooks, AlertDelivery::Attempt attempt, DeliveryPolicy policy)
        : settings_(settings), clock_(clock), project_name_(std::move(project_name)) {
        rates_.fill(AlertRate(settings.alert_min_interval_seconds));
        const auto done = [this](std::uint64_t number, const std::string& host, int attempts,
                                 const std::string& error) { receive(number, host, attempts, error); };
        for (Webhook& webhook : webhooks) {
            deliveries_.push_back(std::make_unique<AlertDelivery>(std::move(webhook), instance_name(settings), policy,
                                                                  clock, attempt, done));
        }
    }

    std::size_t webhooks() const override { return deliveries_.size(); }

    std::uint64_t send_test() override {
        Alert alert{.type = AlertType::kTest,
                    .summary = "Test alert of smew",
                    .description = "Somebody asked for it. Nothing is wrong."};
        return publish(std::move(alert));
    }

    std::vector<AlertRecord> history(std::size_t limit, const ProjectId* project) const override {
        return records_.newest(limit, project);
    }

    std::optional<AlertRecord> find(std::uint64_t number) const override { return records_.find(number); }

    void login_failed(const ProjectId& project, std::string_view user, std::string_view address) override {
        const SteadyTime now = clock_.steady_now();
        std::vector<Alert> alerts;
        {
            const std::lock_guard lock(mutex_);
            const auto found = logins_.find(address);
            if (found == logins_.end() && logins_.size() >= kMaxAddresses) return;
            Logins& logins =
                found != logins_.end()
                    ? found->second
                    : logins_.try_emplace(std::string(address), settings_.alert_window_seconds).first->second;
            logins.counts.add(now, 1, 1);
            logins.project = project;
            logins.user = user;
            look_at_logins(address, logins, alerts);
        }
        publish(std::move(alerts));
    }

    void workspace_active(const WorkspaceActivity& activity) override {
        std::vector<Alert> alerts;
        {
            const std::lock_guard lock(mutex_);
            Workspace& workspace =
                workspaces_.try_emplace(activity.workspace, activity.project, settings_).first->second;
            workspace.counts.add(clock_.steady_now(), activity.statements, activity.failed);
            workspace.latency.add(clock_.steady_now(), activity.durations);
            workspace.disk_bytes = activity.disk_bytes;
            workspace.size_limit = activity.size_limit;
            look_at(activity.workspace, workspace, alerts);
        }
        publish(std::move(alerts));
    }

    void worker_lost(const WorkerLoss& loss) override {
        const bool loader = loss.workspace.value().empty();
        Alert alert = about(AlertType::kWorkerLost, loss.project, loader ? nullptr : &loss.workspace);
        alert.summary = loader ? "A load's process ended unexpectedly" : "A workspace's process ended unexpectedly";
        alert.description = "It ended with " + std::string(loss.how) +
                            (loader ? ". Nothing was changed by the load."
                                    : ". Its sessions were told; the next connection starts a new one.");
        raise(std::move(alert));
    }

    void slow_query(const link::QueryRecord& record) override {
        Alert alert = about(AlertType::kSlowQuery, record.project, &record.workspace);
        alert.context.emplace_back("session_id", record.session.value());
        alert.context.emplace_back("query_hash", record.query_hash);
        const double seconds = static_cast<double>(record.duration_us) / 1e6;
        std::array<char, 32> text{};
        std::snprintf(text.data(), text.size(), "%.1f s", seconds);
        alert.summary = "Slow query: " + std::string(text.data());
        alert.description = "A statement of " + record.user + " in workspace " + record.workspace.value() + " took " +
                            text.data() + " and ended with " + std::string(to_text(record.status)) + ".";
        alert.value = seconds;
        raise(std::move(alert));
    }

    void server_down(bool down, std::string_view why) override {
        {
            const std::lock_guard lock(mutex_);
            if (update(server_, AlertType::kServerDown, down) == Condition::Change::kNone) return;
        }
        Alert alert{.type = AlertType::kServerDown, .resolved = !down};
        alert.summary = down ? "PG Wire server is down" : "PG Wire server is up again";
        alert.description = why;
        publish(std::move(alert));
    }

    void tick() override {
        std::vector<Alert> alerts;
        {
            const std::lock_guard lock(mutex_);
            const SteadyTime now = clock_.steady_now();
            for (auto& [id, workspace] : workspaces_) look_at(id, workspace, alerts);
            std::erase_if(workspaces_, [now](const auto& entry) { return entry.second.forgotten(now); });
            for (auto& [address, logins] : logins_) look_at_logins(address, logins, alerts);
            std::erase_if(logins_, [now](const auto& entry) { return entry.second.counts.sum(now).all == 0; });
        }
        publish(std::move(alerts));
    }

private:
    struct Workspace {
        Workspace(ProjectId id, const config::Settings& settings)
            : project(std::move(id)), counts(settings.alert_window_seconds), latency(settings) {}
        bool forgotten(SteadyTime now) const {
            return counts.sum(now).all == 0 && latency.forgotten(now) && !too_large;
        }
        double share() const {
            return size_limit == 0 ? 0 : static_cast<double>(disk_bytes) / static_cast<double>(size_limit);
        }
        ProjectId project;
        SlidingCounts counts;
        LatencyWatch latency;
        Condition errors, slowness, size;
        std::uint64_t disk_bytes = 0, size_limit = 0;
        bool too_large = false;
    };
    struct Logins {
        explicit Logins(std::chrono::seconds window) : counts(window) {}
        SlidingCounts counts;
        Condition condition;
        ProjectId project;  // of the last one
        std::string user;
    };

    Alert about(AlertType type, const ProjectId& project, const WorkspaceId* workspace) const {
        Alert alert{.type = type, .project = project};
        if (!project.value().empty()) {
            alert.context.emplace_back("project_id", project.value());
            alert.context.emplace_back("project_name", project_name_(project));
        }
        if (workspace != nullptr) {
            alert.context.emplace_back("workspace_id", workspace->value());
            alert.context.emplace_back("branch_id", "default");
        }
        return alert;
    }

    Condition::Change update(Condition& condition, AlertType type, bool holds) {
        return condition.update(holds, [&](bool first) {
            return rates_.at(static_cast<std::size_t>(type)).admit(clock_.steady_now(), first);
        });
    }

    void look_at(const WorkspaceId& id, Workspace& workspace, std::vector<Alert>& alerts) {
        look_at_errors(id, workspace, alerts);
        look_at_latency(id, workspace, alerts);
        look_at_size(id, workspace, alerts);
    }

    void look_at_errors(const WorkspaceId& id, Workspace& workspace, std::vector<Alert>& alerts) {
        const SlidingCounts::Sum sum = workspace.counts.sum(clock_.steady_now());
        const double rate = sum.all == 0 ? 0 : static_cast<double>(sum.bad) / static_cast<double>(sum.all);
        const bool high = sum.all >= static_cast<std::uint64_t>(settings_.alert_error_rate_min_queries) &&
                          rate * 100 > settings_.alert_error_rate_percent;
        const Condition::Change change = update(workspace.errors, AlertType::kHighErrorRate, high);
        if (change == Condition::Change::kNone) return;
        Alert alert = about(AlertType::kHighErrorRate, workspace.project, &id);
        alert.resolved = change == Condition::Change::kEnded;
        const std::string limit = std::to_string(settings_.alert_error_rate_percent) + "%";
        alert.summary = alert.resolved ? "PG Wire error rate is back below " + limit : "PG Wire error rate > " + limit;
        alert.description = "Error rate is " + percent(rate) + " over last " + minutes(settings_.alert_window_seconds);
        alert.value = rate;
        alerts.push_back(std::move(alert));
    }

    void look_at_latency(const WorkspaceId& id, Workspace& workspace, std::vector<Alert>& alerts) {
        const LatencyWatch::Verdict verdict = workspace.latency.look(clock_.steady_now());
        const Condition::Change change = update(workspace.slowness, AlertType::kHighLatency, verdict.slow);
        if (change == Condition::Change::kNone) return;
        Alert alert = about(AlertType::kHighLatency, workspace.project, &id);
        alert.resolved = change == Condition::Change::kEnded;
        alert.summary = alert.resolved ? "PG Wire statements are quick again" : "PG Wire statements have become slow";
        alert.description = alert.resolved ? "Over the last " + minutes(settings_.alert_window_seconds) +
                                                 " latency was back to what it may be."
                                           : verdict.why;
        alert.value = verdict.p95_seconds;
        alerts.push_back(std::move(alert));
    }

    void look_at_size(const WorkspaceId& id, Workspace& workspace, std::vector<Alert>& alerts) {
        const double share = workspace.share();
        workspace.too_large = share > 0 && share * 100 >= settings_.alert_workspace_size_percent;
        const Condition::Change change = update(workspace.size, AlertType::kWorkspaceSizeExceeded, workspace.too_large);
        if (change == Condition::Change::kNone) return;
        Alert alert = about(AlertType::kWorkspaceSizeExceeded, workspace.project, &id);
        alert.context.emplace_back("current_size", static_cast<std::int64_t>(workspace.disk_bytes));
        alert.context.emplace_back("limit", static_cast<std::int64_t>(workspace.size_limit));
        alert.resolved = change == Condition::Change::kEnded;
        alert.summary = alert.resolved ? "A workspace is no longer close to its size limit"
                                       : "A workspace has used " + percent(share) + " of its disk space";
        alert.description = "Workspace " + id.value() + " holds " + std::to_string(workspace.disk_bytes) + " of " +
                            std::to_string(workspace.size_limit) + " bytes.";
        alert.value = share;
        alerts.push_back(std::move(alert));
    }

    void look_at_logins(const std::string_view address, Logins& logins, std::vector<Alert>& alerts) {
        const std::uint64_t failed = logins.counts.sum(clock_.steady_now()).bad;
        const bool too_many = failed >= static_cast<std::uint64_t>(settings_.alert_auth_failures);
        const Condition::Change change = update(logins.condition, AlertType::kAuthFailures, too_many);
        if (change != Condition::Change::kNone)
            alerts.push_back(auth_failures(change == Condition::Change::kEnded, logins, address, failed));
    }

    Alert auth_failures(bool over, const Logins& logins, std::string_view address, std::uint64_t failed) const {
        Alert alert = about(AlertType::kAuthFailures, logins.project, nullptr);
        alert.resolved = over;
        alert.context.emplace_back("client_ip", std::string(address));
        if (!logins.user.empty()) alert.context.emplace_back("username", logins.user);
        alert.summary = over ? "No more PG Wire auth failures" : "Multiple PG Wire auth failures";
        alert.description = over ? "Failed logins from this address have ceased."
                                 : "Possible brute force attack: " + std::to_string(failed) + " failed logins within " +
                                       minutes(settings_.alert_window_seconds);
        alert.value = static_cast<double>(failed);
        return alert;
    }

    // What happens and is over at once: one alert of a type per alert_min_interval_seconds, those in between are
    // counted. Conditions wait for their turn instead (update()).
    void raise(Alert alert) {
        {
            const std::lock_guard lock(mutex_);
            if (!rates_.at(static_cast<std::size_t>(alert.type)).admit(clock_.steady_now(), true)) return;
        }
        publish(std::move(alert));
    }

    void publish(std::vector<Alert> alerts) {
        for (Alert& alert : alerts) publish(std::move(alert));
    }

    std::uint64_t publish(Alert alert) {
        alert.at = clock_.now();
        if (!alert.resolved) {
            const std::lock_guard lock(mutex_);
            alert.suppressed = rates_.at(static_cast<std::size_t>(alert.type)).take_held_back();
        }
        const AlertKind& kind = kind_of(alert.type);
        log::warning(alert.resolved ? "alert_resolved" : "alert", {{"alert", kind.name},
                                                                   {"severity", kind.severity},
                                                                   {"summary", alert.summary},
                                                                   {"description", alert.description}});
        std::vector<std::string> hosts;
        for (const auto& delivery : deliveries_) hosts.push_back(delivery->host());
        const std::uint64_t number = records_.add(alert, hosts);
        for (const auto& delivery : deliveries_) delivery->enqueue(number, alert);
        return number;
    }

    void receive(std::uint64_t number, const std::string& host, int attempts, const std::string& error) {
        if (!error.empty())
            log::warning("alert_not_delivered", {{"webhook", host}, {"attempts", attempts}, {"error", error}});
        records_.receive(number, host, attempts, error);
    }

    const config::Settings& settings_;
    const Clock& clock_;
    const ProjectName project_name_;

    mutable std::mutex mutex_;                           // guards all below but records and deliveries
    std::map<std::string, Logins, std::less<>> logins_;  // by address
    std::map<WorkspaceId, Workspace> workspaces_;
    Condition server_;
    std::array<AlertRate, kAlertTypes> rates_;
    AlertRecords records_;
    std::vector<std::unique_ptr<AlertDelivery>> deliveries_;  // last: their threads use what is above
};

}  // namespace

std::unique_ptr<Alerts> Alerts::create(const config::Settings& settings, const Clock& clock, ProjectName project_name,
                                       AlertDelivery::Attempt attempt, DeliveryPolicy policy) {
    auto webhooks = parse_webhooks(settings.alert_webhook_url.reveal(), settings.alert_webhook_headers.reveal(),
                                   settings.alert_webhook_secret);
    if (!webhooks) throw ErrorException(webhooks.error());
    return std::make_unique<AlertsImpl>(settings, clock, std::move(project_name), *std::move(webhooks),
                                        std::move(attempt), policy);
}

}  // namespace smew::observe
