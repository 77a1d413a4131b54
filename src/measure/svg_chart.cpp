#include "measure/svg_chart.hpp"

#include "core/xml_text.hpp"
#include "measure/text.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace smew::measure {
namespace {

constexpr double kWidth = 720, kHeight = 220, kLeft = 70, kRight = 12, kTop = 14, kBottom = 28;
constexpr std::array<const char*, 8> kColours{"#2563eb", "#dc2626", "#059669", "#d97706",
                                              "#7c3aed", "#0891b2", "#be185d", "#4b5563"};

// From data to points of the picture.
struct Scale {
    double x_from = 0, x_to = 1, y_to = 1;

    double x(double value) const { return kLeft + (value - x_from) / (x_to - x_from) * (kWidth - kLeft - kRight); }
    double y(double value) const { return kHeight - kBottom - value / y_to * (kHeight - kTop - kBottom); }
};

// The least of 1, 2, 2.5, 5 × 10^n that is not below.
double round_up(double value) {
    const double power = std::pow(10, std::floor(std::log10(std::max(value, 1e-9))));
    for (const double step : {1.0, 2.0, 2.5, 5.0}) {
        if (step * power >= value) return step * power;
    }
    return 10 * power;
}

Scale scale_of(const Chart& chart) {
    double most = 0;
    for (const Line& line : chart.lines) {
        for (const double value : line.values) {
            if (std::isfinite(value)) most = std::max(most, value);
        }
    }
    const double from = chart.x.front(), to = std::max(chart.x.back(), from + 1);
    return {from, to, round_up(most)};
}

std::string at(double value) {
    return number_text(value, 1);
}

std::string axis_number(double value) {
    if (value >= 1e6) return number_text(value / 1e6, 1) + "M";
    if (value >= 1e4) return number_text(value / 1e3, 0) + "k";
    return number_text(value, value < 10 && value != std::floor(value) ? 2 : 0);
}

std::string grid(const Chart& chart, const Scale& scale) {
    std::string out;
    if (chart.shaded_to > chart.shaded_from) {
        out += "<rect class=\"steady\" x=\"" + at(scale.x(chart.shaded_from)) + "\" y=\"" + at(kTop) + "\" width=\"" +
               at(scale.x(chart.shaded_to) - scale.x(chart.shaded_from)) + "\" height=\"" +
               at(kHeight - kTop - kBottom) + "\"/>";
    }
    for (int step = 0; step <= 4; ++step) {
        const double value = scale.y_to * step / 4, y = scale.y(value);
        out += "<line class=\"grid\" x1=\"" + at(kLeft) + "\" x2=\"" + at(kWidth - kRight) + "\" y1=\"" + at(y) +
               "\" y2=\"" + at(y) + "\"/><text x=\"" + at(kLeft - 6) + "\" y=\"" + at(y + 4) +
               "\" text-anchor=\"end\">" + axis_number(value) + "</text>";
        const double second = scale.x_from + (scale.x_to - scale.x_from) * step / 4;
        out += "<text x=\"" + at(scale.x(second)) + "\" y=\"" + at(kHeight - 8) + "\" text-anchor=\"middle\">" +
               number_text(second, 0) + " s</text>";
    }
    return out;
}

std::string path_of(const Line& line, const Chart& chart, const Scale& scale) {
    std::string path;
    bool drawing = false;
    for (std::size_t i = 0; i < std::min(line.values.size(), chart.x.size()); ++i) {
        if (std::isfinite(line.values[i])) {
            path += (drawing ? " L" : " M") + at(scale.x(chart.x[i])) + "," + at(scale.y(line.values[i]));
        }
        drawing = std::isfinite(line.values[i]);
    }
    return path;
}

}  // namespace

std::string svg(const Chart& chart) {
    if (chart.x.empty() || chart.lines.empty()) return "";
    const Scale scale = scale_of(chart);
    std::string legend, paths;
    for (std::size_t i = 0; i < chart.lines.size(); ++i) {
        const std::string colour = kColours[i % kColours.size()];
        paths += "<path fill=\"none\" stroke=\"" + colour + "\" stroke-width=\"1.6\" d=\"" +
                 path_of(chart.lines[i], chart, scale) + "\"/>";
        legend += "<span><i style=\"background:" + colour + "\"></i>" + xml_escaped(chart.lines[i].name) + "</span>";
    }
    return "<figure><figcaption>" + xml_escaped(chart.title) + " <small>" + xml_escaped(chart.unit) +
           "</small></figcaption><svg viewBox=\"0 0 " + at(kWidth) + " " + at(kHeight) +
           "\" role=\"img\" aria-label=\"" + xml_escaped(chart.title) + "\">" + grid(chart, scale) + paths +
           "</svg><div class=\"legend\">" + legend + "</div></figure>\n";
}

}  // namespace smew::measure
