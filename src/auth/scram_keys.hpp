#pragma once
// The computations of SCRAM (RFC 5802, section 3), without messages. For this room only.

#include "auth/sha256.hpp"

#include <string_view>

namespace smew::auth {

struct ScramKeys {
    Sha256 client_key, stored_key, server_key;
};
ScramKeys derive_keys(const Sha256& salted_password);

// ClientProof: what the client sends to show that it knows the password.
Sha256 client_proof(const ScramKeys& keys, std::string_view auth_message);
// True when `proof` was made by someone who knows the client key behind `stored_key`.
bool proof_is_right(ByteSpan stored_key, ByteSpan proof, std::string_view auth_message);
// What the server sends to show that it has the verifier.
Sha256 server_signature(ByteSpan server_key, std::string_view auth_message);

}  // namespace smew::auth
