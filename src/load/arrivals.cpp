#include "load/arrivals.hpp"

#include <algorithm>

namespace smew::load {

ArrivalTimes::ArrivalTimes(const StagePlan& plan, double rise_s, std::uint64_t seed)
    : poisson_(plan.arrivals == Arrivals::kPoisson),
      rate_(plan.rate_per_s),
      from_(plan.rate_from_per_s > 0 ? plan.rate_from_per_s : plan.rate_per_s),
      rise_s_(rise_s),
      random_(seed) {}

double ArrivalTimes::rate_at(double time_s) const {
    if (rise_s_ <= 0 || time_s >= rise_s_) return rate_;
    return from_ + (rate_ - from_) * time_s / rise_s_;
}

double ArrivalTimes::next() {
    const double mean = 1 / std::max(rate_at(now_), 1e-3);
    now_ += poisson_ ? std::exponential_distribution<double>(1 / mean)(random_) : mean;
    return now_;
}

}  // namespace smew::load
