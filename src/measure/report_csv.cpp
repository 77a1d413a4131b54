#include "measure/report.hpp"
#include "measure/text.hpp"

#include <cmath>

namespace smew::measure {
namespace {

std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
    return out + "\"";
}

}  // namespace

std::string csv_report(const Run& run) {
    std::string out;
    const std::vector<std::string>* columns = nullptr;
    for (const Stage& stage : run.stages) {
        // Stages of one run have the same columns, but for scenarios with classes of their own.
        if (columns == nullptr || *columns != stage.series.columns) {
            out += "stage";
            for (const std::string& name : stage.series.columns) out += "," + quoted(name);
            out += "\n";
            columns = &stage.series.columns;
        }
        for (const auto& row : stage.series.rows) {
            out += quoted(stage.name);
            for (const double cell : row) out += "," + (std::isfinite(cell) ? number_text(cell, 3) : "");
            out += "\n";
        }
    }
    return out;
}

}  // namespace smew::measure
