// Both sides of a SCRAM exchange, and stored verifiers. The first byte chooses, a zero byte parts two messages. Nobody
// who does not have the password gets in.

#include "auth/scram.hpp"
#include "auth/scram_messages.hpp"
#include "expect.hpp"

using namespace smew;

namespace {

const auth::ScramVerifier& verifier() {
    static const auto made = auth::ScramVerifier::from_password(Secret("unknown to the fuzzer"), 1);
    return made;
}

void run_server(std::uint8_t choice, std::string_view text) {
    std::optional<std::vector<std::uint8_t>> binding;
    if ((choice & 1) != 0) binding.emplace(32, std::uint8_t{7});
    const std::size_t end = text.find('\0');
    const std::string_view first = text.substr(0, end);
    const std::string_view final = end == std::string_view::npos ? "" : text.substr(end + 1);
    auth::ScramServer server(verifier(), binding, false);
    const auto started = server.start((choice & 2) != 0 ? auth::kScramSha256Plus : auth::kScramSha256, as_bytes(first));
    const auto finished = server.finish(as_bytes(final));
    fuzz::expect(!finished);
    fuzz::expect(started || finished.error().code == sqlstate::kProtocolViolation);
}

void run_client(std::string_view text) {
    auth::ScramClient client(Secret("x"));
    client.first();
    fuzz::expect(!client.final(text));
    fuzz::expect(!client.verify(text));
}

void parse_each(std::string_view text) {
    if (const auto read = auth::ScramVerifier::parse(text)) {
        const auto again = auth::ScramVerifier::parse(read->to_text());
        fuzz::expect(again && again->to_text() == read->to_text());
    }
    if (const auto final = auth::parse_client_final(text)) fuzz::expect(final->proof.size() == 32);
    if (const auto first = auth::parse_server_first(text)) fuzz::expect(first->iterations > 0);
    if (const auto first = auth::parse_client_first(text)) fuzz::expect(!first->nonce.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text = as_text({data + 1, size - 1});
    run_server(data[0], text);
    run_client(text);
    parse_each(text);
    return 0;
}
