#include "http/websocket/model.hpp"

#include "http/websocket/statement_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <curl/curl.h>
#include <memory>
#include <mutex>

namespace smew::http::websocket {
namespace {

namespace json = boost::json;

constexpr std::string_view kInstructions =
    "You answer questions about the data of one PostgreSQL-compatible database (DuckDB underneath). Answer with "
    "exactly "
    "one SQL query in a ```sql block, preceded by at most one sentence. Read only: SELECT. Use only the tables and "
    "columns "
    "listed below, with their schema names. If the question cannot be answered from them, say so in one sentence "
    "without "
    "SQL.\n\nTables:\n";

Error unusable(std::string message) {
    return {sqlstate::kSystemError, std::move(message), "", "The server's admin finds more in the model's own log."};
}

struct Deleter {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

struct Receipt {
    std::string body;
    std::size_t limit = 0;
};

std::size_t receive(char* data, std::size_t size, std::size_t count, void* target) {
    auto& receipt = *static_cast<Receipt*>(target);
    if (receipt.body.size() + size * count > receipt.limit) return 0;
    receipt.body.append(data, size * count);
    return size * count;
}

int look(void* cancelled, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<const std::atomic<bool>*>(cancelled)->load() ? 1 : 0;
}

std::unique_ptr<curl_slist, Deleter> headers_of(const Secret& key) {
    curl_slist* list = curl_slist_append(nullptr, "Content-Type: application/json");
    if (!key.empty()) {
        const Secret line("Authorization: Bearer " + std::string(key.reveal()));
        list = curl_slist_append(list, std::string(line.reveal()).c_str());
    }
    return std::unique_ptr<curl_slist, Deleter>(list);
}

std::string endpoint_of(std::string_view url) {
    while (url.ends_with('/')) url.remove_suffix(1);
    if (url.ends_with("/chat/completions")) return std::string(url);
    return std::string(url) + "/chat/completions";
}

struct Answer {
    CURLcode code = CURLE_OK;
    long status = 0;
    std::string body;
};

Answer post(const config::Settings& settings, const std::string& body, const std::atomic<bool>& cancelled) {
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
    const std::unique_ptr<CURL, Deleter> handle(curl_easy_init());
    const auto headers = headers_of(settings.llm_api_key);
    const std::string url = endpoint_of(settings.llm_url);
    Receipt receipt{.body = {}, .limit = settings.llm_max_answer_bytes.count};
    Answer answer;
    if (!handle) return {.code = CURLE_OUT_OF_MEMORY, .status = 0, .body = {}};
    const auto timeout = std::chrono::milliseconds(settings.llm_timeout_seconds).count();
    curl_easy_setopt(handle.get(), CURLOPT_URL, url.c_str());
    curl_easy_setopt(handle.get(), CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle.get(), CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(handle.get(), CURLOPT_POSTFIELDS, body.c_str());
    curl_easy_setopt(handle.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(handle.get(), CURLOPT_WRITEDATA, &receipt);
    curl_easy_setopt(handle.get(), CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(handle.get(), CURLOPT_XFERINFOFUNCTION, look);
    curl_easy_setopt(handle.get(), CURLOPT_XFERINFODATA, const_cast<std::atomic<bool>*>(&cancelled));
    curl_easy_setopt(handle.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(timeout));
    curl_easy_setopt(handle.get(), CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle.get(), CURLOPT_USERAGENT, "smew");
    answer.code = curl_easy_perform(handle.get());
    curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &answer.status);
    answer.body = std::move(receipt.body);
    return answer;
}

Error error_of(const Answer& answer) {
    switch (answer.code) {
        case CURLE_OK:
            return unusable("the model answered with HTTP status " + std::to_string(answer.status));
        case CURLE_ABORTED_BY_CALLBACK:
            return {sqlstate::kQueryCanceled, "canceling statement due to user request"};
        case CURLE_OPERATION_TIMEDOUT:
            return unusable("the model did not answer in time (llm_timeout_seconds)");
        case CURLE_WRITE_ERROR:
            return unusable("the model's answer is too large (llm_max_answer_bytes)");
        default:
            return unusable(std::string("the model cannot be reached: ") + curl_easy_strerror(answer.code));
    }
}

// The text of the first fenced block; empty without one.
std::string_view fenced(std::string_view text) {
    const std::size_t fence = text.find("```");
    if (fence == std::string_view::npos) return {};
    const std::size_t start = text.find('\n', fence);
    if (start == std::string_view::npos) return {};
    const std::size_t end = text.find("```", start);
    return text.substr(start + 1, end == std::string_view::npos ? end : end - start - 1);
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlanks = " \t\r\n;";
    const std::size_t from = text.find_first_not_of(kBlanks);
    if (from == std::string_view::npos) return {};
    return text.substr(from, text.find_last_not_of(kBlanks) - from + 1);
}

}  // namespace

std::string model_request(const std::string& model, const std::string& schema, const std::vector<Utterance>& history) {
    json::array messages;
    messages.push_back(json::object{{"role", "system"}, {"content", std::string(kInstructions) + schema}});
    for (const Utterance& one : history) messages.push_back(json::object{{"role", one.role}, {"content", one.content}});
    return json::serialize(json::object{{"model", model}, {"temperature", 0}, {"messages", std::move(messages)}});
}

Result<Proposal> parse_model_answer(std::string_view body) {
    boost::system::error_code failed;
    const json::value answer = json::parse(body, failed);
    if (failed) return unusable("the model's answer is not valid JSON");
    const auto content = answer.try_at_pointer("/choices/0/message/content");
    if (!content || !content->is_string()) return unusable("the model's answer has no choices[0].message.content");
    Proposal proposal{.content = std::string(content->as_string()), .sql = {}};
    const std::string_view block = trimmed(fenced(proposal.content));
    const std::string_view all = trimmed(proposal.content);
    if (!block.empty())
        proposal.sql = block;
    else if (looks_like_sql(all))
        proposal.sql = all;
    return proposal;
}

Result<Proposal> Model::ask(const std::string& schema, const std::vector<Utterance>& history,
                            const std::atomic<bool>& cancelled) const {
    const Answer answer = post(settings_, model_request(settings_.llm_model, schema, history), cancelled);
    if (answer.code != CURLE_OK || answer.status < 200 || answer.status > 299) return error_of(answer);
    return parse_model_answer(answer.body);
}

}  // namespace smew::http::websocket
