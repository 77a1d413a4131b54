#include "auth/scram.hpp"

#include "auth/base64.hpp"
#include "auth/scram_keys.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace smew::auth {
namespace {

using Binding = std::optional<std::vector<std::uint8_t>>;

const Secret kPassword("pencil");

ScramVerifier verifier() {
    static const ScramVerifier made = ScramVerifier::from_password(kPassword);
    return made;
}

Binding certificate(std::uint8_t byte) {
    return std::vector<std::uint8_t>(32, byte);
}

std::string code(const Result<std::string>& result) {
    return result ? "ok" : std::string(result.error().code.text());
}

// The whole exchange; the SQLSTATE the server ends with, or "ok".
std::string log_in(ScramServer server, ScramClient client) {
    const auto first = server.start(client.mechanism(), as_bytes(client.first()));
    if (!first) return code(first);
    const auto final = client.final(*first);
    if (!final) return "client: " + code(final);
    const auto verified = server.finish(as_bytes(*final));
    if (verified && !client.verify(*verified)) return "client: server not verified";
    return code(verified);
}

// RFC 7677, section 3.
TEST(Scram, KeysMatchTheVectorOfTheRfc) {
    const std::string auth_message =
        "n=user,r=rOprNGfwEbeRWgbNEkqO,"
        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,"
        "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    const auto salt = base64_decode("W22ZaJ0SNY7soEsUEjb6gQ==");
    const ScramKeys keys = derive_keys(pbkdf2_sha256("pencil", *salt, 4096));
    const Sha256 proof = client_proof(keys, auth_message);
    EXPECT_EQ(base64_encode(proof), "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
    EXPECT_EQ(base64_encode(server_signature(keys.server_key, auth_message)),
              "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
    EXPECT_TRUE(proof_is_right(keys.stored_key, proof, auth_message));
    EXPECT_FALSE(proof_is_right(keys.stored_key, proof, auth_message + "x"));
    EXPECT_FALSE(proof_is_right(keys.stored_key, ByteSpan(proof).first(31), auth_message));
}

TEST(Scram, TheRightPasswordLogsInAndBothSidesAreSure) {
    EXPECT_EQ(log_in({verifier(), {}, false}, ScramClient(kPassword)), "ok");
    EXPECT_EQ(log_in({verifier(), certificate(1), false}, ScramClient(kPassword)), "ok") << "no PLUS in the client";
    EXPECT_EQ(log_in({verifier(), certificate(1), false}, ScramClient(kPassword, certificate(1))), "ok");
}

TEST(Scram, EveryWrongLoginIsToldTheSame) {
    EXPECT_EQ(log_in({verifier(), {}, false}, ScramClient(Secret("Pencil"))), "28P01");
    EXPECT_EQ(log_in({verifier(), {}, true}, ScramClient(kPassword)), "28P01") << "mock, whatever the password";
    EXPECT_EQ(log_in({verifier(), certificate(1), false}, ScramClient(kPassword, certificate(2))), "28P01")
        << "the client saw another certificate";
}

TEST(Scram, PlusNeedsTls) {
    EXPECT_EQ(log_in({verifier(), {}, false}, ScramClient(kPassword, certificate(1))), "08P01");
    EXPECT_EQ(ScramServer(verifier(), {}, false).mechanisms(), std::vector<std::string_view>{"SCRAM-SHA-256"});
    EXPECT_EQ(ScramServer(verifier(), certificate(1), false).mechanisms(),
              (std::vector<std::string_view>{"SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"}));
}

std::string start(Binding binding, std::string_view mechanism, std::string_view message) {
    return code(ScramServer(verifier(), std::move(binding), false).start(mechanism, as_bytes(message)));
}

TEST(Scram, BindingFlagAndMechanismMustFit) {
    EXPECT_EQ(start({}, kScramSha256, "n,,n=,r=abc"), "ok");
    EXPECT_EQ(start({}, kScramSha256, "y,,n=,r=abc"), "ok");
    EXPECT_EQ(start(certificate(1), kScramSha256, "y,,n=,r=abc"), "28000") << "downgrade";
    EXPECT_EQ(start(certificate(1), kScramSha256, "p=tls-server-end-point,,n=,r=abc"), "08P01");
    EXPECT_EQ(start(certificate(1), kScramSha256Plus, "p=tls-server-end-point,,n=,r=abc"), "ok");
    EXPECT_EQ(start(certificate(1), kScramSha256Plus, "n,,n=,r=abc"), "08P01");
    EXPECT_EQ(start(certificate(1), kScramSha256Plus, "y,,n=,r=abc"), "08P01");
    EXPECT_EQ(start(certificate(1), kScramSha256Plus, "p=tls-unique,,n=,r=abc"), "08P01");
}

TEST(Scram, MalformedFirstMessagesAreRefused) {
    const std::vector<std::string_view> messages{"",
                                                 "n",
                                                 "n,",
                                                 "n,,",
                                                 "x,,n=,r=a",
                                                 "n,,r=a",
                                                 "n,,n=",
                                                 "n,,n=,",
                                                 "n,,n=,r",
                                                 "n,,n=,r=",
                                                 "n,,n=,r= a",
                                                 "n,,n=,r=a\x01",
                                                 "n,,n=,x=a",
                                                 "n,b,n=,r=a",
                                                 "p=tls-server-end-point",
                                                 std::string_view("n,,n=,r=a\0b", 11)};
    for (const std::string_view message : messages) {
        EXPECT_EQ(start({}, kScramSha256, message), "08P01") << message;
    }
    EXPECT_EQ(start({}, kScramSha256, "n,a=admin,n=,r=abc"), "0A000");
    EXPECT_EQ(start({}, kScramSha256, "n,,m=x,n=,r=abc"), "0A000");
    EXPECT_EQ(start({}, "SCRAM-SHA-1", "n,,n=,r=abc"), "08P01");
}

TEST(Scram, TheUserNameInsideTheMessageIsIgnored) {
    EXPECT_EQ(start({}, kScramSha256, "n,,n=somebody=2Celse,r=abc,x=extension"), "ok");
}

// Changes one thing in a right client-final-message.
template <class Change>
std::string finish_changed(Change change) {
    ScramServer server(verifier(), {}, false);
    ScramClient client(kPassword);
    const auto first = server.start(client.mechanism(), as_bytes(client.first()));
    std::string final = *client.final(*first);
    change(final);
    return code(server.finish(as_bytes(final)));
}

TEST(Scram, EveryChangedByteOfTheFinalMessageIsRefused) {
    std::size_t length = 0;
    EXPECT_EQ(finish_changed([&](std::string& final) { length = final.size(); }), "ok");
    for (std::size_t at = 0; at < length; ++at) {
        const std::string result =
            finish_changed([&](std::string& final) { final[at] = final[at] == 'A' ? 'B' : 'A'; });
        EXPECT_TRUE(result == "28P01" || result == "08P01") << at << ": " << result;
    }
}

TEST(Scram, EveryTruncationOfTheFinalMessageIsRefused) {
    std::size_t length = 0;
    finish_changed([&](std::string& final) { length = final.size(); });
    for (std::size_t at = 0; at < length; ++at) {
        EXPECT_EQ(finish_changed([&](std::string& final) { final.resize(at); }), "08P01") << at;
    }
    EXPECT_EQ(finish_changed([](std::string& final) { final += ",x=1"; }), "08P01") << "the proof must be last";
}

TEST(Scram, AProofIsTakenOnce) {
    ScramServer server(verifier(), {}, false);
    EXPECT_EQ(code(server.finish(as_bytes("c=biws,r=a,p=AAAA"))), "08P01") << "before the first message";
    ScramClient client(kPassword);
    const auto first = server.start(client.mechanism(), as_bytes(client.first()));
    const std::string final = *client.final(*first);
    EXPECT_EQ(code(server.finish(as_bytes(final))), "ok");
    EXPECT_EQ(code(server.finish(as_bytes(final))), "08P01");
    EXPECT_EQ(code(server.start(kScramSha256, as_bytes("n,,n=,r=abc"))), "08P01");
}

TEST(Scram, NoncesDiffer) {
    ScramServer one(verifier(), {}, false), other(verifier(), {}, false);
    EXPECT_NE(*one.start(kScramSha256, as_bytes("n,,n=,r=abc")), *other.start(kScramSha256, as_bytes("n,,n=,r=abc")));
}

TEST(ScramVerifier, TextRoundTrip) {
    const std::string text = verifier().to_text();
    EXPECT_TRUE(text.starts_with("SCRAM-SHA-256$4096:")) << text;
    const auto parsed = ScramVerifier::parse(text);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->to_text(), text);
    EXPECT_EQ(log_in({*parsed, {}, false}, ScramClient(kPassword)), "ok");
}

TEST(ScramVerifier, SaltsDiffer) {
    EXPECT_NE(ScramVerifier::from_password(kPassword, 1).to_text(),
              ScramVerifier::from_password(kPassword, 1).to_text());
}

TEST(ScramVerifier, RefusesWhatIsNoVerifier) {
    const std::string text = verifier().to_text();
    for (std::size_t length = 0; length < text.size(); ++length) {
        EXPECT_FALSE(ScramVerifier::parse(text.substr(0, length))) << length;
    }
    const std::string key(44, 'A');
    for (const std::string& wrong :
         {"md5" + std::string(32, 'a'), "SCRAM-SHA-256$0:AAAA$" + key + ":" + key, text + "=",
          "SCRAM-SHA-256$99999999999:AAAA$" + key + ":" + key, "SCRAM-SHA-256$-1:AAAA$" + key + ":" + key,
          std::string("SCRAM-SHA-256$4096:AAAA$AAAA:AAAA")}) {
        const auto parsed = ScramVerifier::parse(wrong);
        ASSERT_FALSE(parsed) << wrong;
        EXPECT_EQ(parsed.error().message, "invalid SCRAM verifier");
    }
}

TEST(ScramVerifier, AMockLooksLikeARealOneAndStaysTheSame) {
    const Secret secret("instance"), other("other");
    const ScramVerifier mock = ScramVerifier::mock("ann", secret);
    EXPECT_EQ(mock.iterations, verifier().iterations);
    EXPECT_EQ(mock.to_text().size(), verifier().to_text().size());
    EXPECT_EQ(mock.to_text(), ScramVerifier::mock("ann", secret).to_text());
    EXPECT_NE(mock.salt, ScramVerifier::mock("bob", secret).salt);
    EXPECT_NE(mock.salt, ScramVerifier::mock("ann", other).salt);
}

TEST(ScramClient, KeepsTheSaltedPasswordWhileTheSaltStays) {
    SaltedPassword kept;
    EXPECT_EQ(log_in({verifier(), {}, false}, ScramClient(kPassword, {}, &kept)), "ok");
    EXPECT_EQ(kept.salt, verifier().salt);
    kept.value.front() ^= 1U;  // what is kept is what is used
    EXPECT_EQ(log_in({verifier(), {}, false}, ScramClient(kPassword, {}, &kept)), "28P01");
    const ScramVerifier reset = ScramVerifier::from_password(kPassword, 5000);
    EXPECT_EQ(log_in({reset, {}, false}, ScramClient(kPassword, {}, &kept)), "ok");
    EXPECT_EQ(kept.salt, reset.salt);
    EXPECT_EQ(kept.iterations, 5000);
}

TEST(ScramClient, RefusesAServerThatIsNotTheOne) {
    ScramClient client(kPassword);
    const std::string nonce = client.first().substr(8);
    EXPECT_EQ(code(client.final("r=else,s=AAAA,i=1")), "08P01") << "not our nonce";
    EXPECT_EQ(code(client.final("r=" + nonce + ",s=AAAA,i=1")), "08P01") << "nonce not extended";
    EXPECT_EQ(code(client.final("r=" + nonce + "x,s=A,i=1")), "08P01");
    EXPECT_EQ(code(client.final("r=" + nonce + "x,s=AAAA,i=0")), "08P01");
    EXPECT_EQ(code(client.final("r=" + nonce + "x,s=AAAA,i=2000000000")), "08P01");
    EXPECT_EQ(code(client.final("r=" + nonce + "x,s=AAAA,i=1")), "ok");
    EXPECT_FALSE(client.verify("v=" + std::string(43, 'A') + "="));
    EXPECT_FALSE(client.verify("e=invalid-proof"));
    EXPECT_FALSE(client.verify(""));
    EXPECT_FALSE(ScramClient(kPassword).verify("v=" + std::string(43, 'A') + "=")) << "before final()";
}

}  // namespace
}  // namespace smew::auth
