#pragma once
// What a request ends with when it cannot be served: application/problem+json of RFC 9457, which also carries the
// "error", "message" and "details" that clients of the reference service read.

#include "core/error.hpp"
#include "http/message.hpp"

#include <boost/json/object.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace smew::http {

struct Problem {
    int status = 500;
    std::string code;     // "table_not_found": what programs compare
    std::string message;  // one sentence for people
    boost::json::object details;
    std::vector<std::pair<std::string, std::string>> headers;  // WWW-Authenticate, Allow, Retry-After
};

// Ends the handling of a request; caught once, where the handler was called.
class ProblemException : public std::runtime_error {
public:
    explicit ProblemException(Problem problem) : std::runtime_error(problem.message), problem_(std::move(problem)) {}
    const Problem& problem() const { return problem_; }

private:
    Problem problem_;
};

[[noreturn]] void fail(int status, std::string_view code, std::string message, boost::json::object details = {});
// 422 naming one field.
[[noreturn]] void fail_field(std::string_view field, std::string message);

// `subject`: "table" turns 42704 into table_not_found and 42710 into table_exists; empty keeps the general codes.
Problem problem_of(const Error& error, std::string_view subject = {});

template <class T>
T or_fail(Result<T> result, std::string_view subject = {}) {
    if (!result) throw ProblemException(problem_of(result.error(), subject));
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

// `instance`: the request's path. Paths below `data_dir` are cut out of every text.
Response to_response(const Problem& problem, std::string_view instance, std::string_view request_id,
                     std::string_view data_dir);

}  // namespace smew::http
