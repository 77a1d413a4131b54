#include "measure/histogram.hpp"

#include "measure/histogram_layout.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace smew::measure {
namespace {

// The exact quantile by the same definition: the least value that `percentile` of all are not above.
std::uint64_t exact(const std::vector<std::uint64_t>& sorted, double percentile) {
    const auto rank = static_cast<std::size_t>(std::ceil(percentile / 100 * static_cast<double>(sorted.size()) - 1e-6));
    return sorted[std::max<std::size_t>(1, rank) - 1];
}

std::vector<std::uint64_t> log_normal(std::size_t count, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::lognormal_distribution<double> draw(8, 2);
    std::vector<std::uint64_t> values(count);
    for (auto& value : values)
        value = std::min<std::uint64_t>(static_cast<std::uint64_t>(draw(random)), Histogram::kHighest);
    return values;
}

TEST(Histogram, GivesExactQuantilesToThreeDigits) {
    std::vector<std::uint64_t> values = log_normal(1'000'000, 7);
    Histogram histogram;
    for (const std::uint64_t value : values) histogram.add(value);
    std::ranges::sort(values);
    for (const double p : {0.0, 1.0, 10.0, 50.0, 90.0, 95.0, 99.0, 99.9, 99.99, 100.0}) {
        const std::uint64_t want = exact(values, p), got = histogram.at_percentile(p);
        EXPECT_EQ(index_of(got), index_of(want)) << "P" << p;
    }
    EXPECT_EQ(histogram.min(), values.front());
    EXPECT_EQ(histogram.max(), values.back());
    EXPECT_EQ(histogram.count(), values.size());
}

TEST(Histogram, KeepsSmallValuesExactlyAndLargeOnesToATenthOfAPercent) {
    for (std::uint64_t value = 0; value < 4096; ++value)
        EXPECT_LE(highest_at(index_of(value)) - value, value < 2048 ? 0 : 1);
    for (std::uint64_t value = 1; value < Histogram::kHighest; value = value * 3 / 2 + 1) {
        const std::size_t index = index_of(value);
        EXPECT_LE(lowest_at(index), value);
        EXPECT_GE(highest_at(index), value);
        EXPECT_LE(static_cast<double>(highest_at(index) - lowest_at(index)), static_cast<double>(value) / 1000);
    }
}

TEST(Histogram, MergedIsAsRecordedTogether) {
    Histogram a, b, both;
    for (const std::uint64_t value : log_normal(10'000, 1)) a.add(value), both.add(value);
    for (const std::uint64_t value : log_normal(20'000, 2)) b.add(value), both.add(value);
    a.add(b);
    EXPECT_EQ(a.sparse(), both.sparse());
    EXPECT_EQ(a.min(), both.min());
    EXPECT_EQ(a.max(), both.max());
    EXPECT_NEAR(a.mean(), both.mean(), 1e-6 * both.mean());
}

TEST(Histogram, HasNothingWhenEmptyOrCleared) {
    Histogram histogram;
    EXPECT_EQ(histogram.at_percentile(99), 0U);
    histogram.add(5);
    histogram.clear();
    EXPECT_TRUE(histogram.empty());
    EXPECT_EQ(histogram.min(), 0U);
    EXPECT_EQ(histogram.max(), 0U);
    histogram.add(9);
    EXPECT_EQ(histogram.at_percentile(50), 9U);
}

TEST(Histogram, CountsTheTooLongAsAnHour) {
    Histogram histogram;
    histogram.add(Histogram::kHighest * 5);
    EXPECT_EQ(histogram.max(), Histogram::kHighest);
}

// HdrHistogram's own example: 10,000 values of 1 ms and one of 100 s, expected each 10 ms.
TEST(Histogram, CorrectsForOmissionWhenAsked) {
    Histogram corrected, raw;
    for (int i = 0; i < 10'000; ++i) corrected.add_corrected(1000, 10'000), raw.add(1000);
    corrected.add_corrected(100'000'000, 10'000), raw.add(100'000'000);
    EXPECT_EQ(raw.count(), 10'001U);
    EXPECT_EQ(corrected.count(), 20'000U);
    EXPECT_NEAR(static_cast<double>(corrected.at_percentile(75)), 50e6, 0.001 * 50e6);
    EXPECT_EQ(raw.at_percentile(99), 1000U);
}

TEST(Histogram, SurvivesItsInterchangeForm) {
    Histogram histogram;
    for (const std::uint64_t value : log_normal(5'000, 3)) histogram.add(value);
    histogram.add(77, 1'000'000'000'000);  // a count of more than 32 bits
    const std::string text = histogram.to_base64();
    EXPECT_TRUE(text.starts_with("HISTFAAA")) << text.substr(0, 16);
    const Histogram read = Histogram::from_base64(text).value();
    EXPECT_EQ(read.count(), histogram.count());
    EXPECT_EQ(index_of(read.max()), index_of(histogram.max()));
    EXPECT_EQ(read.at_percentile(99.99), histogram.at_percentile(99.99));
    EXPECT_EQ(Histogram::from_base64(Histogram().to_base64()).value().count(), 0U);
}

TEST(Histogram, RefusesWhatIsNone) {
    for (const char* text : {"", "hello", "SElTVEZBQUFB", "HISTFAAAABB42g=="}) {
        EXPECT_FALSE(Histogram::from_base64(text).has_value()) << text;
    }
}

}  // namespace
}  // namespace smew::measure
