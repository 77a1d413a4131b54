#pragma once
// What has to be done again and again, on one thread.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace smew::app {

class Maintenance {
public:
    struct Duty {
        std::string name;  // for the log
        std::chrono::seconds every;
        std::function<void()> work;
    };

    // How a duty went.
    struct Done {
        const Duty& duty;
        bool ok = true;
        std::chrono::milliseconds taken{0};
    };
    using Told = std::function<void(const Done&)>;

    // Does each duty at once and then every so often; one that throws is logged and comes again. `told`, which may be
    // empty, hears of a duty at most once a minute, and of each that failed.
    explicit Maintenance(std::vector<Duty> duties, Told told = {});
    // Waits for the duty under way.
    ~Maintenance();
    Maintenance(const Maintenance&) = delete;
    Maintenance& operator=(const Maintenance&) = delete;

    // Begins no further duty. Does not wait.
    void ask_to_stop() { thread_.request_stop(); }

private:
    using Time = std::chrono::steady_clock::time_point;
    struct Entry {
        Duty duty;
        Time due{}, tell{};
    };

    void run(const std::stop_token& stop);
    void perform(Entry& entry) const;

    std::vector<Entry> entries_;
    const Told told_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::jthread thread_;  // last: it uses the others
};

}  // namespace smew::app
