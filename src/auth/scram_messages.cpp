#include "auth/scram_messages.hpp"

#include "auth/base64.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

namespace smew::auth {
namespace {

constexpr int kMaxIterations = 10'000'000;
constexpr std::size_t kProofBytes = 32;

Error malformed(std::string_view what) {
    return {sqlstate::kProtocolViolation, "malformed SCRAM message", std::string(what)};
}

// Takes "x=value" and a following comma from the front; nullopt when something else is there.
std::optional<std::string_view> take_attribute(std::string_view& text, char name) {
    if (text.size() < 2 || text[0] != name || text[1] != '=') return std::nullopt;
    const std::size_t end = text.find(',');
    const std::string_view value = text.substr(2, end == std::string_view::npos ? end : end - 2);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return value;
}

bool is_nonce(std::string_view text) {
    const auto printable = [](char c) { return c >= 0x21 && c <= 0x7E; };
    return !text.empty() && std::all_of(text.begin(), text.end(), printable);
}

Result<BindingFlag> take_binding_flag(std::string_view& text) {
    constexpr std::string_view kEndPoint = "p=tls-server-end-point,";
    if (text.starts_with("n,") || text.starts_with("y,")) {
        const BindingFlag flag = text[0] == 'n' ? BindingFlag::kNone : BindingFlag::kClientThinksServerHasNone;
        text.remove_prefix(2);
        return flag;
    }
    if (text.starts_with(kEndPoint)) {
        text.remove_prefix(kEndPoint.size());
        return BindingFlag::kServerEndPoint;
    }
    if (text.starts_with("p=")) return malformed("The channel binding type is not tls-server-end-point.");
    return malformed("The message does not begin with a channel binding flag.");
}

}  // namespace

Result<ClientFirst> parse_client_first(std::string_view message) {
    std::string_view rest = message;
    const auto flag = take_binding_flag(rest);
    if (!flag) return flag.error();
    if (rest.starts_with("a=")) {
        return Error{sqlstate::kFeatureNotSupported, "client uses authorization identity, but it is not supported"};
    }
    if (!rest.starts_with(",")) return malformed("The authorization identity is not empty.");
    rest.remove_prefix(1);

    ClientFirst first{
        .binding = *flag, .gs2_header = message.substr(0, message.size() - rest.size()), .bare = rest, .nonce = {}};
    if (rest.starts_with("m=")) {
        return Error{sqlstate::kFeatureNotSupported, "client requires an unsupported SCRAM extension"};
    }
    // The name in the startup packet counts; clients send an empty one here.
    if (!take_attribute(rest, 'n')) return malformed("The user name is missing.");
    first.nonce = take_attribute(rest, 'r').value_or("");
    if (!is_nonce(first.nonce)) return malformed("The nonce is missing or not printable.");
    return first;
}

Result<ClientFinal> parse_client_final(std::string_view message) {
    const std::size_t proof_at = message.rfind(",p=");
    if (proof_at == std::string_view::npos) return malformed("The proof is missing.");
    auto proof = base64_decode(message.substr(proof_at + 3));
    if (!proof || proof->size() != kProofBytes) return malformed("The proof is not 32 bytes in base64.");

    std::string_view rest = message.substr(0, proof_at);
    ClientFinal final{.without_proof = rest, .channel_binding = {}, .nonce = {}, .proof = std::move(*proof)};
    auto binding = base64_decode(take_attribute(rest, 'c').value_or("?"));
    if (!binding) return malformed("The channel binding is missing or not in base64.");
    final.channel_binding = std::move(*binding);
    final.nonce = take_attribute(rest, 'r').value_or("");
    if (!is_nonce(final.nonce)) return malformed("The nonce is missing or not printable.");
    return final;
}

Result<ServerFirst> parse_server_first(std::string_view message) {
    ServerFirst first;
    first.nonce = take_attribute(message, 'r').value_or("");
    if (!is_nonce(first.nonce)) return malformed("The nonce is missing or not printable.");
    auto salt = base64_decode(take_attribute(message, 's').value_or("?"));
    if (!salt) return malformed("The salt is missing or not in base64.");
    first.salt = std::move(*salt);
    first.iterations = parse_iterations(take_attribute(message, 'i').value_or(""));
    if (first.iterations == 0) return malformed("The iteration count is missing or invalid.");
    return first;
}

Result<std::vector<std::uint8_t>> parse_server_final(std::string_view message) {
    if (message.starts_with("e=")) return authentication_failed();
    auto signature = base64_decode(take_attribute(message, 'v').value_or("?"));
    if (!signature) return malformed("The server's signature is missing or not in base64.");
    return std::move(*signature);
}

int parse_iterations(std::string_view text) {
    int value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = failed == std::errc{} && end == text.data() + text.size();
    return whole && value >= 1 && value <= kMaxIterations ? value : 0;
}

Error authentication_failed() {
    return {sqlstate::kInvalidPassword, "password authentication failed"};
}

}  // namespace smew::auth
