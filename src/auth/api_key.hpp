#pragma once
// API keys: "smew_<key id without its prefix>_<43 random characters>". The id in the middle finds the row; the whole
// text is compared by SHA-256 in constant time. Random keys need no slow hash.

#include "core/ids.hpp"
#include "core/secret.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace smew::auth {

enum class Scope { kProjectAdmin, kProjectRead };
std::string_view to_text(Scope scope);  // project_admin, project_read
std::optional<Scope> parse_scope(std::string_view text);

struct NewApiKey {
    ApiKeyId id;         // key_ and 8 hex digits
    Secret key;          // shown once
    std::string prefix;  // what may be shown later: "smew_1a2b3c4d_..."
    std::string hash;    // SHA-256, hex
};
NewApiKey make_api_key();

// The id inside a presented key, nullopt when it is no key of ours.
std::optional<ApiKeyId> key_id_of(std::string_view presented);
std::string sha256_hex(std::string_view text);
bool equal_constant_time(std::string_view a, std::string_view b);

}  // namespace smew::auth
