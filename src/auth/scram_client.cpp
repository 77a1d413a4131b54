#include "auth/base64.hpp"
#include "auth/scram.hpp"
#include "auth/scram_keys.hpp"
#include "auth/scram_messages.hpp"
#include "core/random.hpp"

#include <algorithm>

namespace smew::auth {
namespace {

constexpr std::size_t kNonceCharacters = 24;

std::string_view gs2_header(bool plus) {
    return plus ? "p=tls-server-end-point,," : "n,,";
}

std::vector<std::uint8_t> salted(const Secret& password, const ServerFirst& first) {
    const Sha256 value = pbkdf2_sha256(password.reveal(), first.salt, first.iterations);
    return {value.begin(), value.end()};
}

}  // namespace

ScramClient::ScramClient(Secret password, std::optional<std::vector<std::uint8_t>> channel_binding,
                         SaltedPassword* kept)
    : password_(std::move(password)), channel_binding_(std::move(channel_binding)), kept_(kept) {}

std::string ScramClient::first() {
    nonce_ = random_token(kNonceCharacters);
    client_first_bare_ = "n=,r=" + nonce_;
    return std::string(gs2_header(channel_binding_.has_value())) + client_first_bare_;
}

Result<std::string> ScramClient::final(std::string_view server_first) {
    const auto first = parse_server_first(server_first);
    if (!first) return first.error();
    if (!first->nonce.starts_with(nonce_) || first->nonce.size() == nonce_.size()) {
        return Error{sqlstate::kProtocolViolation, "the server's nonce does not extend the client's"};
    }
    std::string binding(gs2_header(channel_binding_.has_value()));
    if (channel_binding_) binding.append(as_text(*channel_binding_));
    const std::string without_proof = "c=" + base64_encode(as_bytes(binding)) + ",r=" + std::string(first->nonce);
    auth_message_ = client_first_bare_ + "," + std::string(server_first) + "," + without_proof;

    if (kept_ != nullptr && kept_->salt == first->salt && kept_->iterations == first->iterations) {
        salted_password_ = kept_->value;
    } else {
        salted_password_ = salted(password_, *first);
        if (kept_ != nullptr) *kept_ = {first->salt, salted_password_, first->iterations};
    }
    Sha256 key{};
    std::ranges::copy(salted_password_, key.begin());
    return without_proof + ",p=" + base64_encode(client_proof(derive_keys(key), auth_message_));
}

Result<void> ScramClient::verify(std::string_view server_final) {
    const auto signature = parse_server_final(server_final);
    if (!signature) return signature.error();
    const Sha256 server_key = hmac_sha256(salted_password_, "Server Key");
    if (salted_password_.empty() || !equal_bytes(*signature, server_signature(server_key, auth_message_))) {
        return Error{sqlstate::kInvalidPassword, "the server does not know the password either"};
    }
    return {};
}

}  // namespace smew::auth
