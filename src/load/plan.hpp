#pragma once
// How a stage loads its target, in time and number. Says nothing of what is sent.

#include "core/error.hpp"

#include <cstdint>
#include <string>

namespace smew::load {

enum class Arrivals : std::uint8_t {
    kClosed,    // each user waits for the reply, thinks, and goes on
    kConstant,  // open: operations fall due at equal distances, whatever the replies
    kPoisson,   // open: at random distances of that mean, as independent clients come
};

struct StagePlan {
    std::string name;
    std::size_t users = 10;
    Arrivals arrivals = Arrivals::kClosed;
    double rate_per_s = 0;       // of all users together, open model
    double rate_from_per_s = 0;  // during ramp and warm-up the rate rises from here; 0: it does not
    double think_min_s = 0, think_max_s = 0;
    double connect_per_s = 0;  // 0: all at once
    double ramp_s = 0;         // at least so long until all users are there
    double warm_up_s = 0;
    double steady_s = 30;
    double drain_s = 5;                  // for replies that are due when steady ends
    double timeout_s = 30;               // of one operation
    double retry_s = 1;                  // between attempts to connect again
    std::uint64_t operations = 0;        // ends steady after so many; 0: by time
    std::size_t most_pending = 100'000;  // arrivals that wait for a user; further ones are dropped and counted

    bool open() const { return arrivals != Arrivals::kClosed; }
    std::string model_text() const;   // "closed, 100 users, think 1s to 3s"
    std::string phases_text() const;  // "ramp 10s, warm-up 5s, steady 60s"
};

}  // namespace smew::load
