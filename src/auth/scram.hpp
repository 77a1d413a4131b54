#pragma once
// SCRAM-SHA-256 and SCRAM-SHA-256-PLUS, server side (and client side for the load tester and tests). No I/O.
// Sources: RFC 5802, RFC 7677, RFC 5929 (tls-server-end-point); PostgreSQL 15 documentation, 55.3.
// Passwords are taken as they are: SASLprep changes no ASCII text, and the passwords smew makes are ASCII.

#include "core/bytes.hpp"
#include "core/error.hpp"
#include "core/secret.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smew::auth {

// What is kept instead of a password, in PostgreSQL's own text form:
// SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>
struct ScramVerifier {
    int iterations = 4096;
    std::vector<std::uint8_t> salt;
    std::vector<std::uint8_t> stored_key;  // 32 bytes
    std::vector<std::uint8_t> server_key;  // 32 bytes

    static ScramVerifier from_password(const Secret& password, int iterations = 4096);
    // A verifier nobody has the password of, the same each time for one user name and server secret: an unknown user
    // is answered exactly like a known one with a wrong password.
    static ScramVerifier mock(std::string_view user, const Secret& server_secret);
    static Result<ScramVerifier> parse(std::string_view text);
    std::string to_text() const;
    // For doors that get the password itself (HTTP Basic). Costs what a login costs; constant time.
    bool matches(const Secret& password) const;
};

inline constexpr std::string_view kScramSha256 = "SCRAM-SHA-256";
inline constexpr std::string_view kScramSha256Plus = "SCRAM-SHA-256-PLUS";

enum class BindingFlag;

// One login. Every failure is 28P01 with the same text, except what says nothing about the user: malformed messages
// (08P01, 0A000) and a channel binding downgrade (28000).
class ScramServer {
public:
    // `channel_binding`: the hash of the server's certificate under TLS (tls-server-end-point), nullopt without TLS.
    // `mock`: fail at the end whatever the proof.
    ScramServer(ScramVerifier verifier, std::optional<std::vector<std::uint8_t>> channel_binding, bool mock);

    std::vector<std::string_view> mechanisms() const;
    // client-first-message → server-first-message
    Result<std::string> start(std::string_view mechanism, ByteSpan client_first);
    // client-final-message → server-final-message; success means that the password was right
    Result<std::string> finish(ByteSpan client_final);

private:
    Result<void> check_binding(BindingFlag flag) const;

    ScramVerifier verifier_;
    std::optional<std::vector<std::uint8_t>> channel_binding_;
    bool mock_;
    bool plus_ = false;
    std::string gs2_header_;
    std::string nonce_;
    std::string client_first_bare_;
    std::string server_first_;
};

// What a client may keep for its next login with the same password, which then costs it no thousands of hashes as long
// as the server tells the same salt. As secret as the password. (RFC 5802, section 5)
struct SaltedPassword {
    std::vector<std::uint8_t> salt, value;
    int iterations = 0;
};

class ScramClient {
public:
    // Uses SCRAM-SHA-256-PLUS when `channel_binding` is given. `kept`: of logins before, of this password; filled.
    ScramClient(Secret password, std::optional<std::vector<std::uint8_t>> channel_binding = {},
                SaltedPassword* kept = nullptr);
    std::string_view mechanism() const { return channel_binding_ ? kScramSha256Plus : kScramSha256; }
    std::string first();
    Result<std::string> final(std::string_view server_first);
    Result<void> verify(std::string_view server_final);

private:
    Secret password_;
    std::optional<std::vector<std::uint8_t>> channel_binding_;
    SaltedPassword* kept_;
    std::string nonce_;
    std::string client_first_bare_;
    std::string auth_message_;
    std::vector<std::uint8_t> salted_password_;
};

}  // namespace smew::auth
