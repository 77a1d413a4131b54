#include "core/xml_text.hpp"
#include "measure/report.hpp"
#include "measure/text.hpp"

#include <algorithm>

namespace smew::measure {
namespace {

std::string outcome(const Judgement& one) {
    if (one.status == Status::kMet) return "";
    if (one.status == Status::kNotEvaluated) return "<skipped message=\"" + xml_escaped(one.note) + "\"/>";
    const std::string why = "required " + one.target.required_text + ", actual " +
                            (one.actual_text.empty() ? "n/a" : one.actual_text) +
                            (one.note.empty() ? "" : " (" + one.note + ")");
    return "<failure message=\"" + xml_escaped(why) + "\"/>";
}

std::string test_case(const std::string& suite, const std::string& name, const std::string& inside) {
    return "  <testcase classname=\"" + xml_escaped(suite) + "\" name=\"" + xml_escaped(name) + "\">" + inside +
           "</testcase>\n";
}

}  // namespace

std::string junit_report(const Run& run) {
    const std::string suite = "smew load " + run.kind;
    std::string cases;
    std::size_t failures = 0, skipped = 0;
    for (const Judgement& one : run.judgements) {
        failures += one.status == Status::kFailed || one.status == Status::kTooFew;
        skipped += one.status == Status::kNotEvaluated;
        cases += test_case(suite, one.target.text, outcome(one));
    }
    const bool valid = run.invalid_because.empty() && run.incorrect == 0 && !run.interrupted;
    failures += valid ? 0 : 1;
    const std::string verdict(to_text(run.verdict()));
    cases += test_case(suite, "the run is valid and its replies correct",
                       valid ? "" : "<failure message=\"" + verdict + "\"/>");
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"" + xml_escaped(suite) + "\" tests=\"" +
           std::to_string(run.judgements.size() + 1) + "\" failures=\"" + std::to_string(failures) + "\" skipped=\"" +
           std::to_string(skipped) + "\" time=\"" + number_text(run.duration_s, 3) + "\" timestamp=\"" +
           xml_escaped(run.started_at) + "\">\n" + cases + "</testsuite>\n";
}

std::string annotations(const Run& run) {
    std::string out;
    for (const Judgement& one : run.judgements) {
        if (one.status != Status::kFailed && one.status != Status::kTooFew) continue;
        out += "::error title=smew load " + run.kind + "::" + one.target.text + ": required " +
               one.target.required_text + ", actual " + (one.actual_text.empty() ? "n/a" : one.actual_text) + "\n";
    }
    for (const std::string& why : run.invalid_because)
        out += "::error title=smew load " + run.kind + "::the run is invalid: " + why + "\n";
    return out;
}

}  // namespace smew::measure
