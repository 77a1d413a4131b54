#pragma once
// One WebSocket connection, from its acceptance to its end: logs in, runs its statements one after another in one
// session of its workspace, and tells what happens to it. Belongs to its socket's strand. Three tasks share it: one
// reads the client, one writes to it, one reads the worker; whoever cannot go on ends all.

#include "http/websocket/channel.hpp"
#include "http/websocket/gate.hpp"
#include "http/websocket/journal.hpp"
#include "http/websocket/message_trace.hpp"
#include "http/websocket/model.hpp"
#include "http/websocket/outbox.hpp"
#include "http/websocket/rate_limit.hpp"
#include "http/websocket/run.hpp"
#include "http/workspace_session.hpp"
#include "net/address_places.hpp"
#include "net/task_group.hpp"
#include "telemetry/metrics.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <deque>
#include <memory>
#include <optional>
#include <string>

namespace smew::http::websocket {

// What all connections share; outlives them.
struct House {
    Context& context;
    Gate& gate;
    boost::asio::thread_pool& pool;  // for what waits
    net::TaskGroup& tasks;
    Journal& journal;
    const Model& model;
    boost::asio::thread_pool& model_pool;
    TalkRates& talk_rates;
};

// Who is at the other end.
struct Peer {
    std::string address, network;
    std::uint16_t port = 0;
    bool tls = false;
    std::unique_ptr<net::AddressPlaces::Place> address_place, place;
};

class Session : public std::enable_shared_from_this<Session> {
public:
    // `guest`: who has logged in by a header already.
    Session(House house, std::unique_ptr<Channel> channel, Peer peer, std::optional<Guest> guest);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    // Once. Its tasks keep it alive.
    void start(UpgradeHead head);
    // From any thread: the server is shutting down.
    void stop();

private:
    template <class T>
    using awaitable = boost::asio::awaitable<T>;
    using Pointer = std::shared_ptr<Session>;

    // session.cpp
    static awaitable<void> serve(Pointer self, UpgradeHead head);
    static awaitable<void> write_out(Pointer self);
    awaitable<void> read_client();
    awaitable<bool> paced();
    awaitable<bool> has_room();
    void say(std::string message) { outbox_.push(std::move(message)); }
    void end(telemetry::WebSocketEnd why, std::uint16_t code, std::string text);
    void end_reading(ReadEnd reason);

    // session_login.cpp
    awaitable<bool> log_in();
    awaitable<std::optional<Login>> read_login();
    awaitable<bool> judge(Login login);
    awaitable<Result<void>> open_worker();
    void refuse(const Error& error, telemetry::WebSocketLogin outcome);
    void welcome();
    void arm_login_timer();
    void arm_expiry_timer();
    static awaitable<void> tell_expiry(Pointer self);
    static awaitable<void> keep_pinging(Pointer self);

    // session_statements.cpp
    void handle(const ClientMessage& message);
    void handle(const Query& query);
    void handle(const Cancel& cancel);
    void handle(const Talk& talk);
    void handle(const Confirm& confirm);
    // What a request for SQL is part of, when it is said in a conversation.
    struct TalkContext {
        catalog::Exchange exchange;
        bool ask_model = false;  // the content is no SQL
    };
    struct Work {
        std::string id;
        std::deque<Step> steps;
        SteadyTime since{};
        std::optional<TalkContext> talk;
        MessageTrace trace;
        std::optional<WallTime> waits_since;  // for what came before it
    };
    MessageTrace begin_trace(std::string_view type, const TraceTexts& caller) const {
        return {house_.context, type, caller, *guest_};
    }
    void enqueue(Work work);
    void refuse(Work& work, const Error& error);
    void start_next();
    static awaitable<void> send_to_worker(Pointer self, pgproto::Buffer messages);
    static awaitable<void> read_worker(Pointer self);
    void on_worker(const pgproto::BackendMessage& message);
    void on_idle(const pgproto::BackendMessage& message);
    void on_need(Run::Need need);
    void finish_run();
    void cancel_run();
    void go_on();
    static awaitable<void> settle(Pointer self);
    bool busy() const { return run_ || asking_ || settling_; }

    // session_talk.cpp
    static awaitable<void> begin_talk(Pointer self, Work work);
    static awaitable<void> begin_confirmed(Pointer self, Confirm confirm);
    static awaitable<void> ask_model(Pointer self, Work work);
    Result<Proposal> propose(const TalkContext& talk, const std::atomic<bool>& cancelled) const;
    std::string schema_text() const;
    void answer_with(Work work, const Result<Proposal>& proposal);
    void finish_talk(const std::string& id, TalkContext talk, MessageTrace trace, const std::optional<Error>& error,
                     std::optional<Completion> completion);
    void tell_kept(const std::string& id, const std::optional<Error>& error, Answer answer,
                   const Result<std::int64_t>& number);
    Work talk_work(std::string id, std::string conversation, std::string content, MessageTrace trace) const;
    catalog::Talker talker() const { return {guest_->workspace.id, guest_->name}; }
    void worker_ended(const Error& error);

    House house_;
    std::unique_ptr<Channel> channel_;
    const Peer peer_;
    std::optional<Guest> guest_;
    Outbox outbox_;
    RateLimit rate_;
    std::string application_name_;
    std::unique_ptr<WorkspaceSession> worker_;

    std::deque<Work> waiting_;
    std::optional<Run> run_;
    SteadyTime run_since_{};
    std::optional<TalkContext> run_talk_;
    MessageTrace run_trace_;
    bool cancelled_ = false;  // what runs, or has just ended
    bool settling_ = false;   // what is next waits for the cancel to arrive
    std::shared_ptr<std::atomic<bool>> asking_;  // shared with the question under way; true: nobody wants to know
    std::string asking_id_;
    pgproto::TransactionStatus transaction_ = pgproto::TransactionStatus::kIdle;
    catalog::ConversationId conversation_;  // the connection's own

    boost::asio::steady_timer login_timer_, expiry_timer_, ping_timer_, farewell_timer_;
    bool logged_in_ = false;
    bool ended_ = false;
    bool peer_gone_ = false;
    std::uint16_t close_code_ = 1000;
    std::string close_text_;
};

}  // namespace smew::http::websocket
