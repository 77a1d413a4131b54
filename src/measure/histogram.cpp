#include "measure/histogram.hpp"

#include "measure/histogram_layout.hpp"

#include <algorithm>
#include <cmath>

namespace smew::measure {

void Histogram::add_at(std::size_t index, std::uint64_t count) {
    if (index >= counts_.size()) counts_.resize(index + 1);
    counts_[index] += count;
}

void Histogram::note(std::uint64_t value, std::uint64_t count) {
    count_ += count;
    min_ = std::min(min_, value);
    max_ = std::max(max_, value);
    sum_ += static_cast<double>(value) * static_cast<double>(count);
}

void Histogram::add(std::uint64_t value, std::uint64_t count) {
    value = std::min(value, kHighest);
    add_at(index_of(value), count);
    note(value, count);
}

void Histogram::add_corrected(std::uint64_t value, std::uint64_t expected_interval) {
    add(value);
    if (expected_interval == 0) return;
    while (value >= 2 * expected_interval) {
        value -= expected_interval;
        add(value);
    }
}

void Histogram::add(const Histogram& other) {
    if (other.count_ == 0) return;
    if (other.counts_.size() > counts_.size()) counts_.resize(other.counts_.size());
    for (std::size_t i = 0; i < other.counts_.size(); ++i) counts_[i] += other.counts_[i];
    count_ += other.count_;
    min_ = std::min(min_, other.min_);
    max_ = std::max(max_, other.max_);
    sum_ += other.sum_;
}

void Histogram::clear() {
    std::ranges::fill(counts_, 0);
    count_ = max_ = 0;
    min_ = kHighest;
    sum_ = 0;
}

double Histogram::stddev() const {
    if (count_ < 2) return 0;
    double squares = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        if (counts_[i] == 0) continue;
        const double distance = static_cast<double>(middle_at(i)) - mean();
        squares += distance * distance * static_cast<double>(counts_[i]);
    }
    return std::sqrt(squares / static_cast<double>(count_));
}

std::uint64_t Histogram::at_percentile(double percentile) const {
    const double share = std::clamp(percentile, 0.0, 100.0) / 100;
    const auto wanted = std::max(1.0, std::ceil(share * static_cast<double>(count_) - 1e-9));
    double seen = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        seen += static_cast<double>(counts_[i]);
        if (counts_[i] > 0 && seen >= wanted) return std::clamp(highest_at(i), min_, max_);
    }
    return max_;
}

Histogram::Sparse Histogram::sparse() const {
    Sparse buckets;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        if (counts_[i] > 0) {
            buckets.emplace_back(static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(counts_[i]));
        }
    }
    return buckets;
}

void Histogram::add(const Sparse& buckets) {
    for (const auto& [index, count] : buckets) {
        add_at(index, count);
        note(std::min(middle_at(index), kHighest), count);
    }
}

}  // namespace smew::measure
