#pragma once
// From the registry's families to a reading, all but the durations, which are counted more finely than exported. For
// this room only.

#include "telemetry/metrics_reading.hpp"

#include <prometheus/metric_family.h>

#include <vector>

namespace smew::telemetry {

MetricsReading reading_of(const std::vector<prometheus::MetricFamily>& families);

}  // namespace smew::telemetry
