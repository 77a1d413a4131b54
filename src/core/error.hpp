#pragma once
// What a client can cause is an Error in a Result; exceptions are for bugs and start-up.

#include "core/sqlstate.hpp"

#include <boost/assert/source_location.hpp>
#include <boost/system/result.hpp>

#include <stdexcept>
#include <string>

namespace smew {

// The shape of PostgreSQL's ErrorResponse, so that it reaches every door unchanged.
struct Error {
    Sqlstate code;
    std::string message;  // one sentence: what was wrong, naming the offending thing
    std::string detail;   // may be empty
    std::string hint;     // what to do; may be empty
    int position = 0;     // 1-based character (not byte) index into the statement, 0 for none
    std::string context;  // PostgreSQL's CONTEXT: where it happened, as "COPY t, line 3"; may be empty
};

template <class T>
using Result = boost::system::result<T, Error>;

// Thrown by Result::value() on an Error, and by start-up code.
class ErrorException : public std::runtime_error {
public:
    explicit ErrorException(Error error) : std::runtime_error(error.message), error_(std::move(error)) {}
    const Error& error() const { return error_; }

private:
    Error error_;
};

// Found by argument-dependent look-up from boost::system::result::value().
[[noreturn]] inline void throw_exception_from_error(const Error& error, const boost::source_location&) {
    throw ErrorException(error);
}

}  // namespace smew
