#include "auth/sha256.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <stdexcept>

namespace smew::auth {
namespace {

// These fail only when memory is out or the library is broken: nothing a client causes.
void require(bool done, const char* what) {
    if (!done) throw std::runtime_error(std::string("OpenSSL: ") + what);
}

}  // namespace

Sha256 sha256(ByteSpan data) {
    Sha256 digest{};
    require(EVP_Digest(data.data(), data.size(), digest.data(), nullptr, EVP_sha256(), nullptr) == 1, "SHA-256");
    return digest;
}

Sha256 hmac_sha256(ByteSpan key, std::string_view text) {
    Sha256 code{};
    // A null key would mean "the key of the call before".
    static constexpr std::uint8_t kEmptyKey = 0;
    const void* key_bytes = key.empty() ? &kEmptyKey : key.data();
    const ByteSpan message = as_bytes(text);
    const auto* done = HMAC(EVP_sha256(), key_bytes, static_cast<int>(key.size()), message.data(), message.size(),
                            code.data(), nullptr);
    require(done != nullptr, "HMAC");
    return code;
}

Sha256 pbkdf2_sha256(std::string_view password, ByteSpan salt, int iterations) {
    Sha256 key{};
    const int done = PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), salt.data(),
                                       static_cast<int>(salt.size()), iterations, EVP_sha256(),
                                       static_cast<int>(key.size()), key.data());
    require(done == 1, "PBKDF2");
    return key;
}

bool equal_bytes(ByteSpan a, ByteSpan b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace smew::auth
