#include "auth/base64.hpp"
#include "auth/scram.hpp"
#include "auth/scram_keys.hpp"
#include "auth/scram_messages.hpp"
#include "core/random.hpp"

namespace smew::auth {
namespace {

constexpr std::size_t kNonceCharacters = 24;

Error protocol_violation(std::string_view message) {
    return {sqlstate::kProtocolViolation, std::string(message)};
}

}  // namespace

ScramServer::ScramServer(ScramVerifier verifier, std::optional<std::vector<std::uint8_t>> channel_binding, bool mock)
    : verifier_(std::move(verifier)), channel_binding_(std::move(channel_binding)), mock_(mock) {}

std::vector<std::string_view> ScramServer::mechanisms() const {
    if (channel_binding_) return {kScramSha256Plus, kScramSha256};
    return {kScramSha256};
}

Result<void> ScramServer::check_binding(BindingFlag binding) const {
    if (plus_ != (binding == BindingFlag::kServerEndPoint)) {
        return protocol_violation("malformed SCRAM message: mechanism and channel binding flag do not fit together");
    }
    // The client was offered -PLUS and says it was not: someone between removed it from the list.
    if (binding == BindingFlag::kClientThinksServerHasNone && channel_binding_) {
        return Error{sqlstate::kInvalidAuthorization, "SCRAM channel binding negotiation error",
                     "The client supports SCRAM channel binding but thinks the server does not. However, this server "
                     "does support channel binding."};
    }
    return {};
}

Result<std::string> ScramServer::start(std::string_view mechanism, ByteSpan client_first) {
    plus_ = mechanism == kScramSha256Plus;
    if (!nonce_.empty()) return protocol_violation("unexpected SASL message");
    if (plus_ ? !channel_binding_.has_value() : mechanism != kScramSha256) {
        return protocol_violation("client selected an invalid SASL authentication mechanism");
    }
    const auto first = parse_client_first(as_text(client_first));
    if (!first) return first.error();
    if (const auto fits = check_binding(first->binding); !fits) return fits.error();

    gs2_header_ = first->gs2_header;
    client_first_bare_ = first->bare;
    nonce_ = std::string(first->nonce) + random_token(kNonceCharacters);
    server_first_ =
        "r=" + nonce_ + ",s=" + base64_encode(verifier_.salt) + ",i=" + std::to_string(verifier_.iterations);
    return server_first_;
}

Result<std::string> ScramServer::finish(ByteSpan client_final) {
    if (server_first_.empty()) return protocol_violation("unexpected SASL message");
    const auto final = parse_client_final(as_text(client_final));
    if (!final) return final.error();

    std::vector<std::uint8_t> expected_binding(gs2_header_.begin(), gs2_header_.end());
    if (plus_) expected_binding.insert(expected_binding.end(), channel_binding_->begin(), channel_binding_->end());
    const std::string auth_message = client_first_bare_ + "," + server_first_ + "," + std::string(final->without_proof);
    server_first_.clear();  // one proof a login

    // All are looked at whatever the others say, so that the time taken tells nothing.
    const bool same_binding = equal_bytes(final->channel_binding, expected_binding);
    const bool same_nonce = equal_bytes(as_bytes(final->nonce), as_bytes(nonce_));
    const bool right_proof = proof_is_right(verifier_.stored_key, final->proof, auth_message);
    if (!same_binding || !same_nonce || !right_proof || mock_) return authentication_failed();
    return "v=" + base64_encode(server_signature(verifier_.server_key, auth_message));
}

}  // namespace smew::auth
