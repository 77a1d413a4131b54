#include "config/live_settings.hpp"

#include "config/settings_table.hpp"

namespace smew::config {

std::shared_ptr<const Settings> LiveSettings::now() const {
    const std::lock_guard lock(mutex_);
    return now_;
}

void LiveSettings::follow(std::function<void(const Settings&)> changed) {
    const std::lock_guard one_at_a_time(changes_);
    changed_ = std::move(changed);
}

Result<void> LiveSettings::change(std::span<const Change> changes) {
    const std::lock_guard one_at_a_time(changes_);
    Settings wanted = *now();
    for (const Change& change : changes) {
        const Setting* setting = find_setting(change.name);
        if (setting == nullptr) return Error{sqlstate::kUndefinedObject, "there is no setting " + change.name};
        if (!setting->live) {
            return Error{sqlstate::kCantChangeRuntimeParam, change.name + " cannot be changed while the server runs",
                         "",
                         "Set it as a flag, in the environment or in the settings file, and start the server again."};
        }
        if (!setting->assign(*setting, wanted, change.text)) {
            return Error{sqlstate::kInvalidParameterValue, change.name + " takes " + setting->expectation()};
        }
    }
    const auto fresh = std::make_shared<const Settings>(std::move(wanted));
    {
        const std::lock_guard lock(mutex_);
        now_ = fresh;
    }
    if (changed_) changed_(*fresh);
    return {};
}

}  // namespace smew::config
