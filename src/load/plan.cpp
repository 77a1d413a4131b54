#include "load/plan.hpp"

#include "measure/text.hpp"

namespace smew::load {

using measure::number_text;
using measure::seconds_text;

std::string StagePlan::model_text() const {
    const std::string who = std::to_string(users) + (users == 1 ? " user" : " users");
    if (open()) {
        const char* how = arrivals == Arrivals::kPoisson ? " (Poisson), " : " (constant), ";
        return "open, " + number_text(rate_per_s, 1) + "/s" + how + who;
    }
    if (think_max_s == 0) return "closed, " + who + ", no think time";
    const std::string think =
        seconds_text(think_min_s) + (think_min_s == think_max_s ? "" : " to " + seconds_text(think_max_s));
    return "closed, " + who + ", think " + think;
}

std::string StagePlan::phases_text() const {
    std::string text;
    if (ramp_s > 0) text += "ramp " + seconds_text(ramp_s) + ", ";
    if (warm_up_s > 0) text += "warm-up " + seconds_text(warm_up_s) + " (excluded), ";
    if (operations > 0) return text + std::to_string(operations) + " operations";
    return text + "steady " + seconds_text(steady_s);
}

}  // namespace smew::load
