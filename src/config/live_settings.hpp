#pragma once
// The settings that may be changed while the server runs: limits, all of them numbers or sizes. What is changed holds
// until the server is started again. Thread-safe.

#include "config/settings.hpp"
#include "core/error.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>

namespace smew::config {

class LiveSettings {
public:
    explicit LiveSettings(const Settings& at_start) : now_(std::make_shared<const Settings>(at_start)) {}

    // All settings, as they are at this moment.
    std::shared_ptr<const Settings> now() const;

    struct Change {
        std::string name, text;  // the value as a flag would have it
    };
    // All of them or none. Error 42704 for a name that is unknown, 55P02 for a setting that only a start changes, 22023
    // for a value that it does not take.
    Result<void> change(std::span<const Change> changes);
    // Is called with them after each change.
    void follow(std::function<void(const Settings&)> changed);

private:
    std::mutex changes_;  // one change, and its call, after the other
    mutable std::mutex mutex_;
    std::shared_ptr<const Settings> now_;
    std::function<void(const Settings&)> changed_;
};

}  // namespace smew::config
