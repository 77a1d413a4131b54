#include "outbox/post.hpp"

#include <algorithm>
#include <cctype>
#include <curl/curl.h>
#include <mutex>
#include <new>
#include <string_view>

namespace smew::outbox {
namespace {

struct ListDeleter {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, ListDeleter>;

void append(List& list, const std::string& line) {
    curl_slist* longer = curl_slist_append(list.get(), line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    (void)list.release();
    list.reset(longer);
}

std::size_t drop_answer(char*, std::size_t size, std::size_t count, void*) {
    return size * count;
}

bool starts_with_ignoring_case(std::string_view line, std::string_view lower) {
    return line.size() >= lower.size() && std::equal(lower.begin(), lower.end(), line.begin(), [](char want, char got) {
               return want == static_cast<char>(std::tolower(static_cast<unsigned char>(got)));
           });
}

void take_header(std::string_view line, std::string_view name, std::string& into) {
    if (!starts_with_ignoring_case(line, name)) return;
    line.remove_prefix(name.size());
    const std::size_t from = line.find_first_not_of(" \t"), to = line.find_last_not_of(" \t\r\n");
    if (from != std::string_view::npos) into = line.substr(from, to - from + 1);
}

std::size_t read_header(char* data, std::size_t size, std::size_t count, void* target) {
    auto& reply = *static_cast<PostReply*>(target);
    const std::string_view line(data, size * count);
    take_header(line, "retry-after:", reply.retry_after);
    take_header(line, "x-sentry-rate-limits:", reply.sentry_rate_limits);
    return line.size();
}

}  // namespace

struct Poster::Handle {
    Handle() : multi((start(), curl_multi_init())), curl(curl_easy_init()) {
        if (multi == nullptr || curl == nullptr) throw std::bad_alloc();
    }
    ~Handle() {
        curl_easy_cleanup(curl);
        curl_multi_cleanup(multi);
    }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;

    // Once for the process, before the first handle.
    static void start() {
        static std::once_flag once;
        std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
    }

    // Until the request has ended, or is to be given up.
    CURLcode perform(const std::atomic<bool>& aborted) const {
        constexpr int kWaitMs = 1000;
        CURLcode result = CURLE_ABORTED_BY_CALLBACK;
        curl_multi_add_handle(multi, curl);
        for (int running = 1; running > 0 && !aborted;) {
            if (curl_multi_perform(multi, &running) != CURLM_OK) break;
            if (running > 0) curl_multi_poll(multi, nullptr, 0, kWaitMs, nullptr);
        }
        int left = 0;
        while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
            if (message->msg == CURLMSG_DONE) result = message->data.result;
        }
        curl_multi_remove_handle(multi, curl);
        return result;
    }

    // A simple transfer cannot be interrupted from another thread; one of a set can.
    CURLM* multi;
    CURL* curl;
};

Poster::Poster() : handle_(std::make_unique<Handle>()) {}
Poster::~Poster() = default;

void Poster::abort() {
    aborted_ = true;
    curl_multi_wakeup(handle_->multi);
}

PostReply Poster::post(const PostRequest& request) {
    CURL* curl = handle_->curl;
    List lines;
    append(lines, "Expect:");  // no round trip before the body
    for (const auto& [name, value] : request.headers) append(lines, std::string(name).append(": ").append(value));
    PostReply reply;
    char reason[CURL_ERROR_SIZE] = "";
    curl_easy_reset(curl);  // keeps the connection
    curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, lines.get());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop_answer);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, read_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &reply);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason);
    const CURLcode result = handle_->perform(aborted_);
    if (result != CURLE_OK) return {.error = reason[0] != '\0' ? reason : curl_easy_strerror(result)};
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    reply.status = static_cast<int>(status);
    return reply;
}

}  // namespace smew::outbox
