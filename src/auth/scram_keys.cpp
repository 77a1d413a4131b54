#include "auth/scram_keys.hpp"

namespace smew::auth {
namespace {

Sha256 exclusive_or(ByteSpan a, const Sha256& b) {
    Sha256 result{};
    for (std::size_t i = 0; i < result.size(); ++i) result[i] = a[i] ^ b[i];
    return result;
}

}  // namespace

ScramKeys derive_keys(const Sha256& salted_password) {
    const Sha256 client_key = hmac_sha256(salted_password, "Client Key");
    return {.client_key = client_key,
            .stored_key = sha256(client_key),
            .server_key = hmac_sha256(salted_password, "Server Key")};
}

Sha256 client_proof(const ScramKeys& keys, std::string_view auth_message) {
    return exclusive_or(keys.client_key, hmac_sha256(keys.stored_key, auth_message));
}

bool proof_is_right(ByteSpan stored_key, ByteSpan proof, std::string_view auth_message) {
    if (proof.size() != Sha256{}.size()) return false;
    const Sha256 client_key = exclusive_or(proof, hmac_sha256(stored_key, auth_message));
    return equal_bytes(sha256(client_key), stored_key);
}

Sha256 server_signature(ByteSpan server_key, std::string_view auth_message) {
    return hmac_sha256(server_key, auth_message);
}

}  // namespace smew::auth
