#pragma once
// A session's settings: what SET, RESET and SHOW change and give, with PostgreSQL's rules for transactions: SET is
// undone by ROLLBACK, SET LOCAL by the end of the transaction.

#include "pgsession/live_limits.hpp"
#include "pgsession/setting_table.hpp"
#include "pgsession/time_zone.hpp"
#include "pgsession/value_encoder.hpp"

#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace smew::pgsession {

class Settings {
public:
    // `limits` outlive it: they bound the time-outs, whatever a session sets.
    explicit Settings(const LiveLimits& limits);

    // At start: changes the value RESET gives. Names may be dotted; others that are unknown are 42704.
    Result<void> set_at_start(std::string_view name, const std::string& value);
    // What the server knows of the session and a client cannot set.
    void set_fixed(Setting setting, std::string value);

    enum class Scope : std::uint8_t { kSession, kTransaction };
    Result<void> set(std::string_view name, const std::vector<std::string>& values, Scope scope, bool in_transaction);
    Result<void> reset(std::string_view name, Scope scope, bool in_transaction);
    void reset_all(bool in_transaction);
    Result<void> set_offset_zone(std::int32_t offset_seconds, Scope scope, bool in_transaction);  // SET TIME ZONE -5

    void commit();
    void rollback();
    // For savepoints: all values as they are now, with what the end of the transaction will make of them.
    struct Snapshot;
    std::shared_ptr<const Snapshot> snapshot();
    void restore(const Snapshot& snapshot);

    // Error 42704 for an unknown name.
    Result<std::string> show(std::string_view name) const;
    // As it was set, before limits.
    const std::string& value(Setting setting) const { return slot(setting).value; }
    const std::string& reset_value(Setting setting) const { return slot(setting).reset_value; }
    // The value as it would be after set(), without setting it.
    Result<std::string> checked(std::string_view name, const std::string& value);
    bool is_on(Setting setting) const { return value(setting) == "on"; }

    // Name and value of every reported setting whose value differs from what was last taken.
    std::vector<std::pair<std::string_view, std::string>> take_reports();

    // Changes with every change of a setting, so that what was derived from them can be dropped.
    std::uint64_t generation() const { return generation_; }
    ValueFormat value_format() const { return {zone_.get(), extra_float_digits_, bytea_escape_}; }
    // Keeps the zone of a value_format() alive.
    std::shared_ptr<const TimeZone> zone() const { return zone_; }
    // The zone by a name the engine knows too.
    std::string engine_zone() const;
    std::vector<std::string> search_path() const { return split_name_list(value(Setting::kSearchPath)); }

    // 0: none.
    std::chrono::milliseconds statement_timeout() const;
    // Of these two the limits are not part: they may change while the session is idle.
    std::chrono::milliseconds idle_timeout() const { return milliseconds(Setting::kIdleSessionTimeout); }
    std::chrono::milliseconds idle_in_transaction_timeout() const {
        return milliseconds(Setting::kIdleInTransactionSessionTimeout);
    }

private:
    struct Slot {
        std::string value, reset_value;
        std::optional<std::string> reported;  // what the client knows
        // What was there before this transaction, and what is there after its COMMIT; empty outside one.
        std::optional<std::string> before, after_commit;
    };
    using Slots = std::array<Slot, static_cast<std::size_t>(Setting::kCount)>;
    using CustomSlots = std::map<std::string, Slot, std::less<>>;
    Slot& slot(Setting setting) { return slots_[static_cast<std::size_t>(setting)]; }
    const Slot& slot(Setting setting) const { return slots_[static_cast<std::size_t>(setting)]; }
    Result<std::string> checked_value(const SettingDefinition& definition, const std::vector<std::string>& values);
    void assign(Slot& slot, std::string value, Scope scope, bool in_transaction);
    void end_transaction(bool committed);
    std::string within_limit(Setting setting, const std::string& value) const;
    std::optional<std::chrono::milliseconds> limit_of(Setting setting) const;
    std::chrono::milliseconds milliseconds(Setting setting) const;
    Slot* custom_slot(std::string_view name, bool create);
    void changed();

    const LiveLimits& limits_;
    Slots slots_;
    CustomSlots custom_;  // dotted names, which mean nothing to us
    std::uint64_t generation_ = 0;
    std::shared_ptr<const Snapshot> last_snapshot_;  // of generation_, if any
    std::shared_ptr<const TimeZone> zone_;
    int extra_float_digits_ = 1;
    bool bytea_escape_ = false;
    std::chrono::milliseconds statement_timeout_{0};
};

struct Settings::Snapshot {
    Slots slots;
    CustomSlots custom;
};

}  // namespace smew::pgsession
