#include "measure/statistics.hpp"

#include <boost/math/distributions/students_t.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <random>
#include <vector>

namespace smew::measure {
namespace {

constexpr std::size_t kMostPoints = 200;
constexpr int kTrendDraws = 200, kDifferenceDraws = 2000;

using Values = std::vector<double>;

double mean(std::span<const double> values) {
    return std::accumulate(values.begin(), values.end(), 0.0) /
           static_cast<double>(std::max<std::size_t>(1, values.size()));
}

// Means of equal runs of neighbours, at most kMostPoints of them.
Values thinned(std::span<const double> values) {
    const std::size_t run = (values.size() + kMostPoints - 1) / kMostPoints;
    Values out;
    for (std::size_t at = 0; at < values.size(); at += run) {
        out.push_back(mean(values.subspan(at, std::min(run, values.size() - at))));
    }
    return out;
}

double median_slope(std::span<const double> x, std::span<const double> y) {
    Values slopes;
    slopes.reserve(x.size() * x.size() / 2);
    for (std::size_t i = 0; i < x.size(); ++i) {
        for (std::size_t j = i + 1; j < x.size(); ++j) {
            if (x[j] != x[i]) slopes.push_back((y[j] - y[i]) / (x[j] - x[i]));
        }
    }
    return median(slopes);
}

// Positions of a series of `size` drawn in blocks, which may wrap around.
std::vector<std::size_t> drawn_blocks(std::size_t size, std::size_t block, std::mt19937_64& random) {
    std::vector<std::size_t> at;
    std::uniform_int_distribution<std::size_t> start(0, size - 1);
    while (at.size() < size) {
        const std::size_t from = start(random);
        for (std::size_t i = 0; i < block && at.size() < size; ++i) at.push_back((from + i) % size);
    }
    return at;
}

// Long enough to keep neighbours' likeness, short enough to leave four blocks.
std::size_t block_length(std::size_t size) {
    const auto long_enough = static_cast<std::size_t>(std::lround(2 * std::cbrt(static_cast<double>(size))));
    return std::max<std::size_t>(1, std::min(long_enough, size / 4));
}

double resampled_mean(std::span<const double> values, std::mt19937_64& random) {
    double sum = 0;
    for (const std::size_t at : drawn_blocks(values.size(), block_length(values.size()), random)) sum += values[at];
    return sum / static_cast<double>(values.size());
}

Interval central95(Values& draws) {
    std::ranges::sort(draws);
    const auto at = [&](double share) {
        return draws[static_cast<std::size_t>(share * static_cast<double>(draws.size() - 1))];
    };
    return {at(0.025), at(0.975)};
}

double two_sided(double z) {
    return std::erfc(std::abs(z) / std::sqrt(2.0));
}

double two_sided_t(double t, double freedom) {
    return 2 * boost::math::cdf(boost::math::complement(boost::math::students_t(freedom), std::abs(t)));
}

double deviation(std::span<const double> values) {
    const double centre = mean(values);
    double squares = 0;
    for (const double value : values) squares += (value - centre) * (value - centre);
    return std::sqrt(squares / static_cast<double>(std::max<std::size_t>(2, values.size()) - 1));
}

double blocks_of(std::span<const double> series) {
    return static_cast<double>(series.size()) / static_cast<double>(block_length(series.size()));
}

// Sum of f(t) over the groups of t equal values.
template <class Function>
double over_ties(std::span<const double> values, Function f) {
    std::map<double, double> groups;
    for (const double value : values) ++groups[value];
    double sum = 0;
    for (const auto& [value, size] : groups) sum += f(size);
    return sum;
}

}  // namespace

double median(std::span<const double> values) {
    if (values.empty()) return 0;
    Values sorted(values.begin(), values.end());
    const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
    std::ranges::nth_element(sorted, middle);
    if (sorted.size() % 2 == 1) return *middle;
    return (*middle + *std::max_element(sorted.begin(), middle)) / 2;
}

Trend theil_sen(std::span<const double> x, std::span<const double> y, std::uint64_t seed) {
    if (x.size() < 3) return {};
    const Values xs = thinned(x), ys = thinned(y);
    Trend trend{median_slope(xs, ys), {}};
    // What is left of the line is drawn anew around it.
    Values rest(ys.size());
    for (std::size_t i = 0; i < ys.size(); ++i) rest[i] = ys[i] - trend.slope * xs[i];
    std::mt19937_64 random(seed);
    Values slopes, redrawn(ys.size());
    for (int draw = 0; draw < kTrendDraws; ++draw) {
        const auto at = drawn_blocks(ys.size(), block_length(ys.size()), random);
        for (std::size_t i = 0; i < ys.size(); ++i) redrawn[i] = trend.slope * xs[i] + rest[at[i]];
        slopes.push_back(median_slope(xs, redrawn));
    }
    trend.ci95 = central95(slopes);
    return trend;
}

double mann_kendall_p(std::span<const double> all) {
    const Values values = thinned(all);
    const auto n = static_cast<double>(values.size());
    if (values.size() < 4) return 1;
    double rises = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        for (std::size_t j = i + 1; j < values.size(); ++j) rises += (values[j] > values[i]) - (values[j] < values[i]);
    }
    const double ties = over_ties(values, [](double t) { return t * (t - 1) * (2 * t + 5); });
    const double variance = (n * (n - 1) * (2 * n + 5) - ties) / 18;
    if (variance <= 0 || rises == 0) return 1;
    return two_sided((std::abs(rises) - 1) / std::sqrt(variance));
}

double mann_whitney_p(std::span<const double> a, std::span<const double> b) {
    const auto na = static_cast<double>(a.size()), nb = static_cast<double>(b.size()), n = na + nb;
    if (a.empty() || b.empty()) return 1;
    double wins = 0;
    for (const double one : a) {
        for (const double other : b) wins += one > other ? 1 : one == other ? 0.5 : 0;
    }
    Values both(a.begin(), a.end());
    both.insert(both.end(), b.begin(), b.end());
    const double ties = over_ties(both, [](double t) { return t * t * t - t; });
    const double variance = na * nb / 12 * (n + 1 - ties / (n * (n - 1)));
    if (variance <= 0) return 1;
    return two_sided(std::max(0.0, std::abs(wins - na * nb / 2) - 0.5) / std::sqrt(variance));
}

Difference block_bootstrap(std::span<const double> a, std::span<const double> b, std::uint64_t seed) {
    if (a.size() < 3 || b.size() < 3 || mean(a) == 0) return {};
    const double base = mean(a);
    Difference difference{100 * (mean(b) - base) / base, {}, 1};
    std::mt19937_64 random(seed);
    Values draws;
    for (int draw = 0; draw < kDifferenceDraws; ++draw) {
        const double drawn_a = resampled_mean(a, random), drawn_b = resampled_mean(b, random);
        draws.push_back(100 * (drawn_b - drawn_a) / base);
    }
    difference.ci95 = central95(draws);
    // A few blocks say little about their own spread, so the tails are Student's and not those of the draws.
    const double blocks = blocks_of(a) + blocks_of(b), spread = deviation(draws);
    if (spread > 0 && blocks > 2) difference.p = two_sided_t(difference.percent / spread, blocks - 2);
    if (spread == 0 && difference.percent != 0) difference.p = 0;
    return difference;
}

}  // namespace smew::measure
