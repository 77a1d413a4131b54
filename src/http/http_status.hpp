#pragma once
// SQLSTATE → HTTP status, title and the short code that REST users see in "error". The one place that knows.

#include "core/sqlstate.hpp"

#include <string_view>

namespace smew::http {

struct HttpMeaning {
    int status = 500;
    std::string_view code;  // "invalid_name"
};

// Exact codes first, then their class; what is unknown is an internal error.
HttpMeaning meaning_of(const Sqlstate& state);

// "Not Found" for 404: RFC 9110, 15.
std::string_view reason_phrase(int status);

}  // namespace smew::http
