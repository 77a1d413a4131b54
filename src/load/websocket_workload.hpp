#pragma once
// Users of a WebSocket door: each sends a message, waits for its reply, thinks, and goes on.

#include "load/text_template.hpp"
#include "load/workload.hpp"
#include "load/ws_connection.hpp"

#include <optional>
#include <random>

namespace smew::load {

// What is said, and how the reply is known.
struct WsDialogue {
    TextTemplate message;
    std::optional<TextTemplate> auth;  // the first message, when the server wants one
    std::string ready;                 // in what the server says when the user is logged in; empty: it says nothing
    // "smew": the last word for the message's id by docs/asyncapi.yaml. "any": the next message. Else a template: what
    // is in the reply.
    std::string reply = "smew";
    std::string failure;  // in replies that are none: an error of the server's own form
};

class WebsocketWorkload final : public Workload {
public:
    WebsocketWorkload(WsServer& server, WsDialogue dialogue, std::uint64_t seed);

    std::string main_metric() const override { return "ws.msg"; }
    std::string connect_metric() const override { return "ws.connect"; }
    const std::vector<std::string>& classes() const override { return classes_; }
    std::vector<std::string> further_metrics() const override;
    void begin_stage(measure::Stage& stage) override { stage_ = &stage; }
    Operation next() override;
    std::unique_ptr<Session> make_session(boost::asio::any_io_executor executor, std::size_t user) override;

    WsServer& server() { return server_; }
    const WsDialogue& dialogue() const { return dialogue_; }
    const std::optional<TextTemplate>& reply() const { return reply_; }
    std::uint64_t seed() const { return seed_; }
    void note_connect(const WsConnectTimes& times, std::uint64_t auth_us);
    void note_pushes(std::size_t count) { stage_->scalars["ws.pushes"] += static_cast<double>(count); }

private:
    WsServer& server_;
    WsDialogue dialogue_;
    std::optional<TextTemplate> reply_;
    std::uint64_t seed_, drawn_ = 0;
    std::vector<std::string> classes_{"message"};
    std::mt19937_64 random_;
    measure::Stage* stage_ = nullptr;
};

}  // namespace smew::load
