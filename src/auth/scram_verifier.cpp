#include "auth/api_key.hpp"
#include "auth/base64.hpp"
#include "auth/scram.hpp"
#include "auth/scram_keys.hpp"
#include "auth/scram_messages.hpp"
#include "core/random.hpp"

namespace smew::auth {
namespace {

constexpr std::size_t kSaltBytes = 16;

Error invalid_verifier() {
    // The text is not repeated: whoever reads the log could try passwords against it.
    return {sqlstate::kInvalidParameterValue, "invalid SCRAM verifier"};
}

// Cuts the text before the separator off the front.
std::string_view take_until(std::string_view& text, char separator) {
    const std::size_t end = text.find(separator);
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return part;
}

std::vector<std::uint8_t> to_vector(ByteSpan bytes) {
    return {bytes.begin(), bytes.end()};
}

}  // namespace

ScramVerifier ScramVerifier::from_password(const Secret& password, int iterations) {
    ScramVerifier verifier{
        .iterations = iterations, .salt = std::vector<std::uint8_t>(kSaltBytes), .stored_key = {}, .server_key = {}};
    fill_random(verifier.salt);
    const ScramKeys keys = derive_keys(pbkdf2_sha256(password.reveal(), verifier.salt, iterations));
    verifier.stored_key = to_vector(keys.stored_key);
    verifier.server_key = to_vector(keys.server_key);
    return verifier;
}

ScramVerifier ScramVerifier::mock(std::string_view user, const Secret& server_secret) {
    const auto derived = [&](std::string_view purpose) {
        return hmac_sha256(as_bytes(server_secret.reveal()), std::string(purpose).append(user));
    };
    const Sha256 salt = derived("salt:");
    return {.salt = to_vector(ByteSpan(salt).first(kSaltBytes)),
            .stored_key = to_vector(derived("stored:")),
            .server_key = to_vector(derived("server:"))};
}

Result<ScramVerifier> ScramVerifier::parse(std::string_view text) {
    if (take_until(text, '$') != kScramSha256) return invalid_verifier();
    const int iterations = parse_iterations(take_until(text, ':'));
    auto salt = base64_decode(take_until(text, '$'));
    auto stored_key = base64_decode(take_until(text, ':'));
    auto server_key = base64_decode(text);
    if (iterations == 0 || !salt || salt->empty()) return invalid_verifier();
    if (!stored_key || stored_key->size() != Sha256{}.size()) return invalid_verifier();
    if (!server_key || server_key->size() != Sha256{}.size()) return invalid_verifier();
    return ScramVerifier{.iterations = iterations,
                         .salt = std::move(*salt),
                         .stored_key = std::move(*stored_key),
                         .server_key = std::move(*server_key)};
}

bool ScramVerifier::matches(const Secret& password) const {
    const ScramKeys keys = derive_keys(pbkdf2_sha256(password.reveal(), salt, iterations));
    return equal_constant_time(as_text(keys.stored_key), as_text(stored_key));
}

std::string ScramVerifier::to_text() const {
    return std::string(kScramSha256) + "$" + std::to_string(iterations) + ":" + base64_encode(salt) + "$" +
           base64_encode(stored_key) + ":" + base64_encode(server_key);
}

}  // namespace smew::auth
