#include "http/idempotency.hpp"

#include "http/problem.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace smew::http {
namespace {

constexpr std::chrono::minutes kSweepEvery{1};

}  // namespace

void check_idempotency_key(const std::string& key) {
    const auto printable = [](unsigned char c) { return c >= 0x21 && c <= 0x7e; };
    if (!key.empty() && key.size() <= 255 && std::all_of(key.begin(), key.end(), printable)) return;
    fail(400, "invalid_idempotency_key", "X-Idempotency-Key must be 1 to 255 printable characters");
}

Idempotency::Claim::Claim(Idempotency& owner, Slot slot) : owner_(owner), slot_(std::move(slot)) {
    const std::lock_guard guard(owner_.mutex_);
    if (owner_.under_way_.insert(slot_).second) return;
    fail(409, "idempotency_in_progress", "a request with this idempotency key is still under way");
}

Idempotency::Claim::~Claim() {
    const std::lock_guard guard(owner_.mutex_);
    owner_.under_way_.erase(slot_);
}

std::optional<Response> Idempotency::replay(const Request& request, const std::string& key,
                                            const std::string& request_hash) {
    std::optional<catalog::IdempotencyRecord> record = context_.store.idempotency(request.caller.name(), key);
    if (!record) return std::nullopt;
    if (record->request_hash != request_hash) {
        fail(409, "idempotency_conflict", "the idempotency key was used for another request");
    }
    Response response;
    response.status = record->status;
    response.body = std::move(record->body);
    if (response.body.empty()) response.content_type.clear();
    response.headers = {{"X-Idempotency-Key", key}, {"X-Idempotency-Replay", "true"}};
    return response;
}

void Idempotency::remember(const Request& request, const Route& route, const std::string& key,
                           const std::string& request_hash, const Response& response) {
    if (response.status >= 300 || !response.file.empty() || response.stream) return;
    std::string body = response.body;
    if (route.reply != nullptr && !body.empty()) {
        boost::json::value value = boost::json::parse(body);
        if (redact(value, *route.reply)) body = boost::json::serialize(value);
    }
    context_.store.remember_idempotency(
        request.caller.name(), key, {.request_hash = request_hash, .status = response.status, .body = std::move(body)},
        context_.clock.now() + context_.settings.idempotency_ttl_seconds);
    sweep();
}

void Idempotency::sweep() {
    {
        const std::lock_guard guard(mutex_);
        const SteadyTime now = context_.clock.steady_now();
        if (now - swept_ < kSweepEvery) return;
        swept_ = now;
    }
    context_.store.forget_expired_idempotency();
}

}  // namespace smew::http
