#pragma once
// HTTP's Basic scheme (RFC 7617): a user's name and password in one header.

#include "core/secret.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace smew::auth {

struct BasicCredentials {
    std::string user;
    Secret password;
};

// Of the Authorization header; nullopt when it has another scheme or is malformed.
std::optional<BasicCredentials> parse_basic(std::string_view header);

}  // namespace smew::auth
