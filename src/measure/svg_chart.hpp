#pragma once
// Line charts as inline SVG: no script, no file beside the page.

#include <string>
#include <vector>

namespace smew::measure {

struct Line {
    std::string name;
    std::vector<double> values;  // one for each x; NaN leaves a gap
};

struct Chart {
    std::string title, unit;
    std::vector<double> x;  // seconds
    std::vector<Line> lines;
    double shaded_from = 0, shaded_to = 0;  // the steady phase
};

std::string svg(const Chart& chart);

}  // namespace smew::measure
