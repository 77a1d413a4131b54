#include "measure/run_file.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <limits>
#include <sstream>

namespace smew::measure {
namespace {

namespace json = boost::json;

Error unreadable(const std::string& file, const std::string& why) {
    return {sqlstate::kInvalidTextRepresentation, "\"" + file + "\" is no report of smew load: " + why, "",
            "Give a file that \"smew load … --json FILE\" has written."};
}

double number_of(const json::value& value) {
    return value.is_number() ? value.to_number<double>() : std::numeric_limits<double>::quiet_NaN();
}

std::string text_of(const json::object& object, const char* name) {
    const json::value* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : "";
}

std::uint64_t count_of(const json::object& object, const char* name) {
    const json::value* value = object.if_contains(name);
    return value != nullptr && value->is_number() ? value->to_number<std::uint64_t>() : 0;
}

Histogram histogram_of(const json::object& metric) {
    Histogram histogram = Histogram::from_base64(text_of(metric, "hdr_v2_base64")).value();
    return histogram;
}

void read_metric(Stage& stage, std::string name, const json::object& from) {
    Metric& metric = stage.metrics.emplace_back(std::move(name), from.contains("service_us"));
    Tally& steady = metric.phase(Phase::kSteady);
    steady.ok = count_of(from, "ok");
    steady.failed = count_of(from, "failed");
    steady.timed_out = count_of(from, "timeout");
    steady.rows = count_of(from, "rows");
    steady.bytes = count_of(from, "bytes");
    steady.response = histogram_of(from);
    metric.in_flight = count_of(from, "in_flight");
}

void read_series(Series& series, const json::object& from) {
    for (const json::value& name : from.at("columns").as_array()) series.columns.emplace_back(name.as_string());
    for (const json::value& row : from.at("rows").as_array()) {
        auto& cells = series.rows.emplace_back();
        for (const json::value& cell : row.as_array()) cells.push_back(number_of(cell));
    }
}

void read_stage(Run& run, const json::object& from) {
    Stage& stage = run.stages.emplace_back();
    stage.name = text_of(from, "name");
    stage.users = count_of(from, "users");
    stage.steady_from_s = number_of(from.at("steady_from_s"));
    stage.steady_to_s = number_of(from.at("steady_to_s"));
    for (const auto& [name, metric] : from.at("metrics").as_object())
        read_metric(stage, std::string(name), metric.as_object());
    for (const auto& [name, value] : from.at("scalars").as_object())
        stage.scalars[std::string(name)] = number_of(value);
    read_series(stage.series, from.at("series").as_object());
}

Run read_report(const json::object& from) {
    Run run;
    const json::object& about = from.at("run").as_object();
    run.kind = text_of(about, "kind");
    run.id = text_of(about, "id");
    run.version = text_of(from.at("tool").as_object(), "version");
    run.started_at = text_of(about, "started_at");
    run.address = text_of(about, "address");
    run.model = text_of(about, "model");
    run.phases = text_of(about, "phases");
    run.seed = count_of(about, "seed");
    run.main_metric = text_of(about, "main_metric");
    run.connect_metric = text_of(about, "connect_metric");
    run.duration_s = number_of(about.at("duration_s"));
    run.incorrect = count_of(from, "incorrect");
    for (const json::value& why : from.at("invalid_because").as_array())
        run.invalid_because.emplace_back(why.as_string());
    for (const json::value& stage : from.at("stages").as_array()) read_stage(run, stage.as_object());
    for (const json::value& error : from.at("errors").as_array()) {
        const json::object& one = error.as_object();
        run.errors.add(text_of(one, "kind"), text_of(one, "code"), text_of(one, "sample"), number_of(one.at("first_s")),
                       count_of(one, "count"));
    }
    return run;
}

}  // namespace

Result<Run> read_run(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    if (in) text << in.rdbuf();
    if (!in) return Error{sqlstate::kIoError, "cannot read \"" + file + "\": " + std::strerror(errno)};
    try {
        const json::value whole = json::parse(text.str());
        if (count_of(whole.as_object(), "schema_version") != 1) return unreadable(file, "its schema_version is not 1");
        return read_report(whole.as_object());
    } catch (const std::exception& exception) {
        return unreadable(file, exception.what());
    }
}

Result<void> write_file(const std::string& file, const std::string& text) {
    errno = 0;
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    out << text;
    out.flush();
    if (out) return {};
    return Error{sqlstate::kIoError, "cannot write \"" + file + "\": " + std::strerror(errno)};
}

Result<void> merge(Run& run, const Run& other) {
    const auto same = [](const Stage& a, const Stage& b) { return a.name == b.name; };
    if (run.kind != other.kind || !std::ranges::equal(run.stages, other.stages, same)) {
        return Error{sqlstate::kInvalidParameterValue, "the reports are of different stages and cannot be merged", "",
                     "Start all generators with the same command."};
    }
    for (std::size_t i = 0; i < run.stages.size(); ++i) {
        Stage& into = run.stages[i];
        const Stage& from = other.stages[i];
        for (const Metric& metric : from.metrics) {
            Metric* ours = into.metric(metric.name());
            if (ours == nullptr) ours = &into.metrics.emplace_back(metric.name(), false);
            ours->phase(Phase::kSteady).add(metric.phase(Phase::kSteady));
            ours->in_flight += metric.in_flight;
        }
        into.users += from.users;
        into.scalars["users.peak"] += from.scalars.contains("users.peak") ? from.scalars.at("users.peak") : 0;
    }
    for (const ErrorCount& error : other.errors.most_frequent_first()) {
        run.errors.add(error.kind, error.code, error.sample, error.first_s, error.count);
    }
    run.incorrect += other.incorrect;
    run.invalid_because.insert(run.invalid_because.end(), other.invalid_because.begin(), other.invalid_because.end());
    return {};
}

}  // namespace smew::measure
