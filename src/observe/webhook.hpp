#pragma once
// Where alerts are sent, and one attempt to send.

#include "core/error.hpp"
#include "core/secret.hpp"
#include "observe/alert_payload.hpp"
#include "outbox/post.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace smew::observe {

struct Webhook {
    PayloadFormat format = PayloadFormat::kGeneric;
    std::string url;                                           // may hold a token: never logged
    std::vector<std::pair<std::string, std::string>> headers;  // likewise
    Secret signing_key;                                        // empty: bodies are not signed

    // "https://hooks.example.com": what may be logged.
    std::string host() const;
};

// `urls`: blank-separated, each with an optional format in front: "slack+https://…". `headers`: a JSON object of texts,
// or empty. 22023 with what is wrong.
Result<std::vector<Webhook>> parse_webhooks(std::string_view urls, std::string_view headers, const Secret& signing_key);

struct PostOutcome {
    int status = 0;     // of HTTP; 0: no answer
    std::string error;  // empty when there was an answer
    std::chrono::seconds retry_after{0};
    bool delivered() const { return status >= 200 && status < 300; }
    // Worth another attempt: no answer, 408, 429 or a fault of the receiver's.
    bool retry() const { return status == 0 || status == 408 || status == 429 || status >= 500; }
};

// The headers of a request besides those of the webhook. With a signing key: X-Smew-Timestamp (seconds) and
// X-Smew-Signature, "sha256=" and the HMAC-SHA-256 of "{timestamp}.{body}" in hexadecimal digits.
std::vector<std::pair<std::string, std::string>> signature_headers(const Webhook& webhook, std::string_view body,
                                                                   WallTime now);

// Waits for the answer, `timeout` at most. `poster`: of this webhook alone, so that its connection is kept.
PostOutcome post(outbox::Poster& poster, const Webhook& webhook, const std::string& body,
                 const std::vector<std::pair<std::string, std::string>>& headers, std::chrono::milliseconds timeout,
                 WallTime now);

}  // namespace smew::observe
