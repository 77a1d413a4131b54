#include "observe/webhook.hpp"

#include "auth/hmac.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <curl/curl.h>
#include <memory>
#include <mutex>
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

// Once for the process, before the first handle.
void start_curl() {
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

struct EasyDeleter {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct ListDeleter {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, ListDeleter>;

void append(List& list, const std::string& line) {
    curl_slist* longer = curl_slist_append(list.get(), line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    list.release();
    list.reset(longer);
}

List request_headers(const Webhook& webhook, const Headers& more) {
    List list;
    append(list, "Content-Type: application/json");
    append(list, "Expect:");  // no round trip before the body
    for (const Headers* headers : {&webhook.headers, &more}) {
        for (const auto& [name, value] : *headers) append(list, std::string(name).append(": ").append(value));
    }
    return list;
}

std::size_t drop_answer(char*, std::size_t size, std::size_t count, void*) {
    return size * count;
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

PostOutcome post(const Webhook& webhook, const std::string& body, const Headers& headers,
                 std::chrono::milliseconds timeout) {
    start_curl();
    const std::unique_ptr<CURL, EasyDeleter> handle(curl_easy_init());
    if (!handle) return {.error = "out of memory"};
    const List lines = request_headers(webhook, headers);
    char reason[CURL_ERROR_SIZE] = "";
    curl_easy_setopt(handle.get(), CURLOPT_URL, webhook.url.c_str());
    curl_easy_setopt(handle.get(), CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle.get(), CURLOPT_HTTPHEADER, lines.get());
    curl_easy_setopt(handle.get(), CURLOPT_POSTFIELDS, body.c_str());
    curl_easy_setopt(handle.get(), CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
    curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, drop_answer);
    curl_easy_setopt(handle.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
    curl_easy_setopt(handle.get(), CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle.get(), CURLOPT_ERRORBUFFER, reason);
    curl_easy_setopt(handle.get(), CURLOPT_USERAGENT, "smew");
    PostOutcome outcome;
    const CURLcode result = curl_easy_perform(handle.get());
    if (result != CURLE_OK) {
        outcome.error = reason[0] != '\0' ? reason : curl_easy_strerror(result);
        return outcome;
    }
    long status = 0;
    curl_off_t retry_after = 0;
    curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(handle.get(), CURLINFO_RETRY_AFTER, &retry_after);
    outcome.status = static_cast<int>(status);
    outcome.retry_after = std::chrono::seconds(retry_after);
    return outcome;
}

}  // namespace smew::observe
