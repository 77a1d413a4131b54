#pragma once
// The wall before everything that leaves: cuts secrets, addresses of people, card numbers and values of statements out
// of texts. Applied to every string of every report, whatever it came from; what it cannot tell from a secret it cuts.

#include <boost/json/value.hpp>

#include <string>
#include <string_view>

namespace smew::sentry {

inline constexpr std::string_view kFiltered = "[Filtered]";

// Passwords and tokens by their names (password=…, "api_key": "…", Authorization: …), smew's own keys, JWTs, SCRAM and
// MD5 verifiers, user:password@ in URLs, private keys, e-mail addresses, card numbers.
std::string scrub_text(std::string_view text);

// Whether a field of that name is a secret whatever its value: "x-api-key", "userPassword".
bool is_secret_name(std::string_view name);

// Every string below `value`; of a field with a secret's name the whole value.
void scrub(boost::json::value& value);

// An error's message without what may come from data: quoted values, keys' values, the excerpt of the statement.
std::string scrub_error_message(std::string_view sqlstate, std::string_view message);

}  // namespace smew::sentry
