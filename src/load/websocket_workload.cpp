#include "load/websocket_workload.hpp"

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

// g++ 12 pairs the coroutine frame's operator delete with the wrong operator new once both are inlined.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace smew::load {

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

Reply failure(std::string kind, std::string code, std::string text) {
    Reply reply;
    reply.outcome = measure::Outcome::kFailed;
    reply.error_kind = std::move(kind);
    reply.error_code = std::move(code);
    reply.error_text = std::move(text);
    return reply;
}

std::string text_of(const json::object& object, const char* name) {
    const json::value* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : "";
}

enum class Meaning { kOther, kReply, kFailure };

class WebsocketSession final : public Session {
public:
    WebsocketSession(asio::any_io_executor executor, WebsocketWorkload& workload, std::size_t user)
        : workload_(workload), connection_(std::move(executor), workload.server()), user_(user) {}

    asio::awaitable<Reply> connect() override {
        const auto times = co_await connection_.connect();
        if (!times) co_return failure("connect", std::string(times.error().code.text()), times.error().message);
        const SteadyTime from = SteadyTime::clock::now();
        Reply reply = co_await log_in();
        const auto took = std::chrono::round<std::chrono::microseconds>(SteadyTime::clock::now() - from);
        if (reply.outcome == measure::Outcome::kOk) {
            workload_.note_connect(*times, static_cast<std::uint64_t>(took.count()));
        } else {
            connection_.abort();
        }
        co_return reply;
    }

    asio::awaitable<Reply> perform(const Operation& operation) override {
        const TextTemplate::Facts facts{operation.number, user_, workload_.seed(), operation.random,
                                        "u" + std::to_string(user_) + "-" + std::to_string(operation.number)};
        workload_.note_pushes(connection_.drop_pushes());
        // Named, since g++ 12 destroys temporaries inside a co_await twice.
        const std::string text = workload_.dialogue().message.filled(facts);
        const auto sent = co_await connection_.send(text);
        if (!sent) co_return lost(sent.error());
        const std::string expected = workload_.reply() ? workload_.reply()->filled(facts) : "\"" + facts.id + "\"";
        std::uint64_t bytes = 0;
        while (true) {
            const auto message = co_await connection_.receive();
            if (!message) co_return lost(message.error());
            bytes += message->size();
            Reply reply;
            switch (meaning_of(*message, expected, facts.id, reply)) {
                case Meaning::kOther:
                    continue;
                case Meaning::kReply:
                case Meaning::kFailure:
                    reply.bytes = bytes;
                    co_return reply;
            }
        }
    }

    asio::awaitable<void> close() override { co_await connection_.close(); }
    bool connected() const override { return connection_.connected(); }
    void abort() override { connection_.abort(); }

private:
    asio::awaitable<Reply> log_in() {
        const WsDialogue& dialogue = workload_.dialogue();
        if (dialogue.auth) {
            const std::string text = dialogue.auth->filled({0, user_, workload_.seed(), 0, "auth"});
            const auto sent = co_await connection_.send(text);
            if (!sent) co_return lost(sent.error());
        }
        while (!dialogue.ready.empty()) {
            const auto message = co_await connection_.receive();
            if (!message) co_return lost(message.error());
            if (message->find(dialogue.ready) != std::string::npos) break;
            Reply reply;
            if (dialogue.reply == "smew" && is_refusal(*message, reply)) co_return reply;
        }
        co_return Reply();
    }

    Reply lost(const Error& error) const {
        const unsigned code = connection_.close_code();
        return code == 0 ? failure("connection", std::string(error.code.text()), error.message)
                         : failure("close", std::to_string(code), "the server closed the connection");
    }

    static bool is_refusal(const std::string& message, Reply& reply) {
        boost::system::error_code failed;
        const json::value value = json::parse(message, failed);
        if (failed || !value.is_object() || text_of(value.as_object(), "type") != "error") return false;
        reply = failure("sqlstate", text_of(value.as_object(), "sqlstate"), text_of(value.as_object(), "message"));
        return true;
    }

    Meaning meaning_of(const std::string& message, const std::string& expected, const std::string& id,
                       Reply& reply) const {
        const WsDialogue& dialogue = workload_.dialogue();
        const bool failed = !dialogue.failure.empty() && message.find(dialogue.failure) != std::string::npos;
        if (failed) reply = failure("reply", "", message);
        if (dialogue.reply == "any") return failed ? Meaning::kFailure : Meaning::kReply;
        if (message.find(expected) == std::string::npos) return failed ? Meaning::kFailure : Meaning::kOther;
        if (dialogue.reply == "smew") return smews_meaning(message, id, reply);
        return failed ? Meaning::kFailure : Meaning::kReply;
    }

    // By docs/asyncapi.yaml: rows and notices may come before the last word.
    static Meaning smews_meaning(const std::string& message, const std::string& id, Reply& reply) {
        if (is_refusal(message, reply)) return Meaning::kFailure;
        boost::system::error_code failed;
        const json::value value = json::parse(message, failed);
        if (failed || !value.is_object() || text_of(value.as_object(), "id") != id) return Meaning::kOther;
        const std::string type = text_of(value.as_object(), "type");
        return type == "complete" || type == "reply" || type == "pong" ? Meaning::kReply : Meaning::kOther;
    }

    WebsocketWorkload& workload_;
    WsConnection connection_;
    std::size_t user_;
};

}  // namespace

WebsocketWorkload::WebsocketWorkload(WsServer& server, WsDialogue dialogue, std::uint64_t seed)
    : server_(server), dialogue_(std::move(dialogue)), seed_(seed), random_(seed) {
    if (dialogue_.reply != "smew" && dialogue_.reply != "any") reply_.emplace(dialogue_.reply);
}

std::vector<std::string> WebsocketWorkload::further_metrics() const {
    return {"ws.connect.tcp", "ws.connect.tls", "ws.connect.upgrade", "ws.connect.auth"};
}

void WebsocketWorkload::note_connect(const WsConnectTimes& times, std::uint64_t auth_us) {
    const std::pair<const char*, std::uint64_t> parts[]{{"ws.connect.tcp", times.tcp_us},
                                                        {"ws.connect.tls", times.tls_us},
                                                        {"ws.connect.upgrade", times.upgrade_us},
                                                        {"ws.connect.auth", auth_us}};
    for (const auto& [name, us] : parts) {
        if (us > 0) stage_->metric(name)->add({measure::Phase::kSteady, measure::Outcome::kOk, us, us, 0, 0});
    }
}

Operation WebsocketWorkload::next() {
    return {0, ++drawn_, 0, random_()};
}

std::unique_ptr<Session> WebsocketWorkload::make_session(asio::any_io_executor executor, std::size_t user) {
    return std::make_unique<WebsocketSession>(std::move(executor), *this, user);
}

}  // namespace smew::load
