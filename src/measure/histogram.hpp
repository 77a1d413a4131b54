#pragma once
// Counts of durations in microseconds, 1 µs to 1 h, each kept to three significant digits: the layout of an HDR
// histogram (http://hdrhistogram.org), so that memory is bounded, merging is adding counts, and its tools read what is
// exported.

#include "core/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace smew::measure {

class Histogram {
public:
    static constexpr std::uint64_t kHighest = 3'600'000'000;  // greater values are counted as this one

    void add(std::uint64_t value, std::uint64_t count = 1);
    // Adds the value, and what a client that kept to `expected_interval` would have seen while it waited for it: the
    // value less one interval, less two, … For closed models, in a row that says so.
    void add_corrected(std::uint64_t value, std::uint64_t expected_interval);
    void add(const Histogram& other);
    void clear();

    std::uint64_t count() const { return count_; }
    bool empty() const { return count_ == 0; }
    std::uint64_t min() const { return count_ == 0 ? 0 : min_; }
    std::uint64_t max() const { return max_; }
    double mean() const { return count_ == 0 ? 0 : sum_ / static_cast<double>(count_); }
    double stddev() const;
    // The value that `percentile` (0 to 100) of all are not above; to bucket precision, never above max().
    std::uint64_t at_percentile(double percentile) const;

    // The buckets that hold something: index and count. For windows, which keep many small histograms.
    using Sparse = std::vector<std::pair<std::uint32_t, std::uint32_t>>;
    Sparse sparse() const;
    void add(const Sparse& buckets);

    // HdrHistogram's interchange form: V2, deflated, in base64 ("HISTFAAAA…"). Sum, min and max come back to bucket
    // precision. Error 22P02 for anything else.
    std::string to_base64() const;
    static Result<Histogram> from_base64(std::string_view text);

private:
    friend class HistogramCodec;
    void add_at(std::size_t index, std::uint64_t count);
    void note(std::uint64_t value, std::uint64_t count);

    std::vector<std::uint64_t> counts_;  // grown to the greatest index used
    std::uint64_t count_ = 0, min_ = kHighest, max_ = 0;
    double sum_ = 0;
};

}  // namespace smew::measure
