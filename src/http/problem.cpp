#include "http/problem.hpp"

#include "http/http_status.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

namespace smew::http {
namespace {

namespace json = boost::json;

// An engine's message may quote the file it was reading: "…/projects/1/staging/abc.csv" tells a stranger how we are
// laid out.
std::string without_paths(std::string text, std::string_view data_dir) {
    if (data_dir.empty()) return text;
    for (std::size_t at = text.find(data_dir); at != std::string::npos; at = text.find(data_dir, at)) {
        const std::size_t end = text.find_first_of(" \t\n\"'`,;:)]", at);
        text.replace(at, (end == std::string::npos ? text.size() : end) - at, "[file]");
    }
    return text;
}

void scrub(json::value& value, std::string_view data_dir) {
    if (value.is_string()) {
        value = without_paths(std::string(value.as_string()), data_dir);
    } else if (value.is_array()) {
        for (json::value& item : value.as_array()) scrub(item, data_dir);
    } else if (value.is_object()) {
        for (auto& member : value.as_object()) scrub(member.value(), data_dir);
    }
}

std::string code_for(HttpMeaning meaning, const Sqlstate& state, std::string_view subject) {
    if (!subject.empty() && state == sqlstate::kUndefinedObject) return std::string(subject) + "_not_found";
    if (!subject.empty() && state == sqlstate::kDuplicateObject) return std::string(subject) + "_exists";
    return std::string(meaning.code);
}

}  // namespace

void fail(int status, std::string_view code, std::string message, json::object details) {
    throw ProblemException(
        {.status = status, .code = std::string(code), .message = std::move(message), .details = std::move(details)});
}

void fail_field(std::string_view field, std::string message) {
    json::object entry{{"field", field}, {"message", message}};
    json::object details{{"errors", json::array{std::move(entry)}}};
    fail(422, "validation_error", std::string(field) + ": " + message, std::move(details));
}

Problem problem_of(const Error& error, std::string_view subject) {
    const HttpMeaning meaning = meaning_of(error.code);
    Problem problem{.status = meaning.status, .code = code_for(meaning, error.code, subject), .message = error.message};
    problem.details["sqlstate"] = error.code.text();
    if (!error.detail.empty()) problem.details["detail"] = error.detail;
    if (!error.hint.empty()) problem.details["hint"] = error.hint;
    if (error.position > 0) problem.details["position"] = error.position;
    return problem;
}

Response to_response(const Problem& problem, std::string_view instance, std::string_view request_id,
                     std::string_view data_dir) {
    const std::string message = without_paths(problem.message, data_dir);
    json::value details = problem.details;
    scrub(details, data_dir);
    const json::object body{{"type", "urn:smew:problem:" + problem.code},
                            {"title", reason_phrase(problem.status)},
                            {"status", problem.status},
                            {"detail", message},
                            {"instance", instance},
                            {"error", problem.code},
                            {"message", message},
                            {"details", std::move(details)},
                            {"request_id", request_id}};
    Response response;
    response.status = problem.status;
    response.content_type = "application/problem+json";
    response.body = json::serialize(body);
    response.headers = problem.headers;
    return response;
}

}  // namespace smew::http
