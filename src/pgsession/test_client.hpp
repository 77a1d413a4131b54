#pragma once
// The client's end of a session in tests: sends messages, drives the session, and shows what came back as short texts.

#include "link/messages.hpp"
#include "pgproto/backend.hpp"
#include "pgproto/frame.hpp"
#include "pgproto/frontend.hpp"
#include "pgsession/session.hpp"

#include <atomic>
#include <memory>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <vector>

namespace smew::pgsession::testing {

using Messages = std::vector<std::string>;

inline std::string show_value(const std::optional<ByteSpan>& value) {
    return value ? std::string(as_text(*value)) : "NULL";
}

struct ShowMessage {
    std::string operator()(const pgproto::Authentication& m) const {
        return "Authentication " + std::to_string(m.kind);
    }
    std::string operator()(const pgproto::ParameterStatus& m) const {
        return "Status " + std::string(m.name) + "=" + std::string(m.value);
    }
    std::string operator()(const pgproto::BackendKeyData& m) const {
        return "Key " + std::to_string(m.pid) + " " + std::string(as_text(m.secret));
    }
    std::string operator()(const pgproto::ReadyForQuery& m) const {
        return std::string("Ready ") + static_cast<char>(m.status);
    }
    std::string operator()(const pgproto::RowDescription& m) const {
        std::string text = "Columns";
        for (const auto& field : m.fields) {
            text += " " + field.name + ":" + std::to_string(field.type_oid);
            if (field.format == pgproto::Format::kBinary) text += "b";
        }
        return text;
    }
    std::string operator()(const pgproto::ParameterDescription& m) const {
        std::string text = "Parameters";
        for (const std::uint32_t oid : m.type_oids) text += " " + std::to_string(oid);
        return text;
    }
    std::string operator()(const pgproto::DataRow& m) const {
        std::string text = "Row";
        for (std::size_t i = 0; i < m.values.size(); ++i) text += (i == 0 ? " " : "|") + show_value(m.values[i]);
        return text;
    }
    std::string operator()(const pgproto::CommandComplete& m) const { return "Done " + std::string(m.tag); }
    std::string operator()(const pgproto::EmptyQueryResponse&) const { return "Empty"; }
    std::string operator()(const pgproto::ParseComplete&) const { return "Parsed"; }
    std::string operator()(const pgproto::BindComplete&) const { return "Bound"; }
    std::string operator()(const pgproto::CloseComplete&) const { return "Closed"; }
    std::string operator()(const pgproto::NoData&) const { return "NoData"; }
    std::string operator()(const pgproto::PortalSuspended&) const { return "Suspended"; }
    std::string operator()(const pgproto::ErrorResponse& m) const {
        const std::string context = m.error.context.empty() ? "" : " (" + m.error.context + ")";
        return m.severity + " " + std::string(m.error.code.text()) + " " + m.error.message + context;
    }
    std::string operator()(const pgproto::NoticeResponse& m) const {
        return m.severity + " " + std::string(m.notice.code.text()) + " " + m.notice.message;
    }
    std::string operator()(const pgproto::Notification& m) const {
        return "Notification " + std::to_string(m.pid) + " " + std::string(m.channel) + " " + std::string(m.payload);
    }
    template <class Other>
    std::string operator()(const Other&) const {
        return "?";
    }
};

struct RecordedEvents final : SessionEvents {
    void statement_done(StatementOutcome outcome, std::chrono::microseconds) override { outcomes.push_back(outcome); }
    void bytes_sent(std::uint64_t count) override { bytes += count; }
    void rows_sent(std::uint64_t count) override { rows += count; }
    bool make_room() override { return false; }
    void statement_recorded(const link::QueryRecord& record) override { records.push_back(record); }
    std::vector<StatementOutcome> outcomes;
    std::vector<link::QueryRecord> records;
    std::uint64_t bytes = 0, rows = 0;
};

class TestClient {
public:
    // Of all the clients that are given none of their own.
    static SessionGroup& common_group() {
        static SessionGroup group;
        return group;
    }
    explicit TestClient(engine::Instance& instance, link::AdoptSession info = default_info(), SessionLimits limits = {},
                        SessionGroup& group = common_group()) {
        int pair[2];
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) throw std::runtime_error("socketpair");
        socket_ = UniqueFd(pair[0]);
        session_ = Session::create(std::move(info), UniqueFd(pair[1]), instance, limits, events, group);
    }
    static link::AdoptSession default_info() {
        link::AdoptSession info;
        info.session = SessionId("sess_1");
        info.backend_pid = 4242;
        info.cancel_key = "ABCD";
        info.user = "ws_1_user";
        info.database = "workspace_1";
        info.client_address = "127.0.0.1";
        return info;
    }

    Session& session() { return *session_; }
    int fd() const { return socket_.get(); }
    void close() { socket_.reset(); }
    void drop_session() { session_.reset(); }

    template <class Message>
    TestClient& add(const Message& message) {
        pgproto::write(pending_, message);
        return *this;
    }
    TestClient& add_raw(std::string_view bytes) {
        pending_.insert(pending_.end(), bytes.begin(), bytes.end());
        return *this;
    }
    void send() {
        // Larger than the socket takes: the session reads in between.
        std::size_t sent = 0;
        while (sent < pending_.size()) {
            const ssize_t n =
                ::send(socket_.get(), pending_.data() + sent, pending_.size() - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
            if (n > 0) {
                sent += static_cast<std::size_t>(n);
            } else if (next == Session::Next::kClosed) {
                break;
            } else {
                next = session_->run();
            }
        }
        pending_.clear();
    }
    void receive() {
        std::uint8_t buffer[65536];
        for (;;) {
            const ssize_t n = ::recv(socket_.get(), buffer, sizeof buffer, MSG_DONTWAIT);
            if (n <= 0) return;
            received_.insert(received_.end(), buffer, buffer + n);
        }
    }
    // Everything that came since the last call.
    std::vector<std::uint8_t> take_bytes() {
        receive();
        return std::exchange(received_, {});
    }
    Messages take_messages() {
        receive();
        Messages messages;
        ByteSpan input(received_);
        for (;;) {
            const pgproto::Frame frame = pgproto::take_frame(input, 1U << 30);
            if (frame.state != pgproto::FrameState::kFrame) break;
            const auto message = pgproto::parse_backend(frame.type, frame.body);
            messages.push_back(message ? std::visit(ShowMessage{}, *message) : "malformed: " + message.error().message);
        }
        if (!input.empty()) messages.push_back("incomplete");
        received_.clear();
        return messages;
    }
    // Sends what was added, lets the session work, and gives its answers.
    Messages exchange() {
        send();
        next = session_->run();
        return take_messages();
    }
    Messages query(std::string_view sql) {
        add(pgproto::Query{sql});
        return exchange();
    }
    // The same for answers that are larger than the socket takes: reads while the session works.
    Messages exchange_reading() {
        send();
        std::atomic<bool> done = false;
        std::thread reader([&] {
            pollfd readable{.fd = socket_.get(), .events = POLLIN, .revents = 0};
            while (!done) {
                if (::poll(&readable, 1, 1) > 0) receive();
            }
        });
        next = session_->run();
        done = true;
        reader.join();
        return take_messages();
    }
    // Lets the session work, and begins to read when `other` is done.
    Messages exchange_when_done(std::thread& other) {
        std::thread reader([&] {
            other.join();
            pollfd readable{.fd = socket_.get(), .events = POLLIN, .revents = 0};
            while (::poll(&readable, 1, 200) > 0) receive();
        });
        next = session_->run();
        reader.join();
        return take_messages();
    }
    // Through the greeting.
    TestClient& start() {
        exchange();
        return *this;
    }

    RecordedEvents events;
    Session::Next next = Session::Next::kWaitReadable;

private:
    UniqueFd socket_;
    std::vector<std::uint8_t> pending_, received_;
    std::unique_ptr<Session> session_;
};

}  // namespace smew::pgsession::testing
