#include "load/progress.hpp"

#include "measure/text.hpp"

#include <cstdio>
#include <unistd.h>

namespace smew::load {
namespace {

constexpr int kSecondsBetweenLines = 10;

std::string line_of(const Glance& glance) {
    using namespace measure;
    return padded_left(seconds_text(std::floor(glance.elapsed_s)), 6) + "  " + glance.stage + " " +
           padded_right(glance.phase, 7) + "  users " + std::to_string(glance.users) + "  in flight " +
           std::to_string(glance.in_flight) + "  " + number_text(glance.rate_per_s, 0) + "/s  P95 " +
           duration_text(static_cast<double>(glance.p95_us)) + "  failed " + std::to_string(glance.failed);
}

}  // namespace

Progress::Form Progress::natural_form() {
    return ::isatty(STDERR_FILENO) != 0 ? Form::kLive : Form::kLines;
}

void Progress::show(const Glance& glance) {
    if (form_ == Form::kNone) return;
    const std::string line = line_of(glance);
    if (form_ == Form::kLive) {
        std::fprintf(stderr, "\r%s", measure::padded_right(line, shown_).c_str());
        shown_ = line.size();
    } else if (++seconds_ % kSecondsBetweenLines == 0) {
        std::fprintf(stderr, "%s\n", line.c_str());
    }
    std::fflush(stderr);
}

void Progress::end() {
    if (form_ == Form::kLive && shown_ > 0) std::fprintf(stderr, "\r%s\r", std::string(shown_, ' ').c_str());
    shown_ = 0;
}

}  // namespace smew::load
