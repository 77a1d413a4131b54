#include "observe/webhook.hpp"

#include "auth/hmac.hpp"
#include "outbox/retry_after.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <sstream>

namespace smew::observe {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct FormatPrefix {
    std::string_view prefix;
    PayloadFormat format;
};
constexpr FormatPrefix kPrefixes[] = {
    {"slack+", PayloadFormat::kSlack}, {"teams+", PayloadFormat::kTeams}, {"discord+", PayloadFormat::kDiscord}};

Error wrong(std::string message) {
    return {sqlstate::kInvalidParameterValue, std::move(message)};
}

bool is_header_name(std::string_view name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
    });
}

bool has_control(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

Result<Headers> parse_headers(std::string_view text) {
    Headers headers;
    if (text.empty()) return headers;
    boost::system::error_code failed;
    const boost::json::value parsed = boost::json::parse(text, failed);
    if (failed || !parsed.is_object()) return wrong("alert_webhook_headers is no JSON object");
    for (const auto& [name, value] : parsed.get_object()) {
        if (!is_header_name(name) || !value.is_string() || has_control(value.get_string())) {
            return wrong("alert_webhook_headers: a header is a name and a text without control characters");
        }
        headers.emplace_back(name, value.get_string());
    }
    return headers;
}

Result<Webhook> parse_webhook(std::string_view url) {
    Webhook webhook;
    for (const FormatPrefix& known : kPrefixes) {
        if (!url.starts_with(known.prefix)) continue;
        webhook.format = known.format;
        url.remove_prefix(known.prefix.size());
    }
    if (!url.starts_with("https://") && !url.starts_with("http://")) {
        return wrong("alert_webhook_url: a webhook begins with https:// or http://, or slack+https:// and the like");
    }
    webhook.url = url;
    return webhook;
}

}  // namespace

std::string Webhook::host() const {
    const std::size_t start = url.find("://") + 3;
    const std::size_t at = url.find('@', start);
    const std::size_t end = url.find_first_of("/?#", start);
    const std::size_t from = at != std::string::npos && at < end ? at + 1 : start;
    return url.substr(0, start) + url.substr(from, end == std::string::npos ? end : end - from);
}

Result<std::vector<Webhook>> parse_webhooks(std::string_view urls, std::string_view headers,
                                            const Secret& signing_key) {
    auto common = parse_headers(headers);
    if (!common) return common.error();
    std::vector<Webhook> webhooks;
    std::istringstream words{std::string(urls)};
    for (std::string word; words >> word;) {
        auto webhook = parse_webhook(word);
        if (!webhook) return webhook.error();
        webhook->headers = *common;
        webhook->signing_key = signing_key;
        webhooks.push_back(*std::move(webhook));
    }
    return webhooks;
}

Headers signature_headers(const Webhook& webhook, std::string_view body, WallTime now) {
    if (webhook.signing_key.empty()) return {};
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
    const std::string timestamp = std::to_string(seconds);
    const std::string signed_text = timestamp + "." + std::string(body);
    return {{"X-Smew-Timestamp", timestamp},
            {"X-Smew-Signature", "sha256=" + auth::hmac_sha256_hex(webhook.signing_key.reveal(), signed_text)}};
}

PostOutcome post(outbox::Poster& poster, const Webhook& webhook, const std::string& body, const Headers& headers,
                 std::chrono::milliseconds timeout, WallTime now) {
    outbox::PostRequest request{.url = webhook.url,
                                .headers = {{"Content-Type", "application/json"}, {"User-Agent", "smew"}},
                                .body = body,
                                .timeout = timeout};
    request.headers.insert(request.headers.end(), webhook.headers.begin(), webhook.headers.end());
    request.headers.insert(request.headers.end(), headers.begin(), headers.end());
    const outbox::PostReply reply = poster.post(request);
    return {.status = reply.status,
            .error = reply.error,
            .retry_after = outbox::parse_retry_after(reply.retry_after, now).value_or(std::chrono::seconds(0))};
}

}  // namespace smew::observe
