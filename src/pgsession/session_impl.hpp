#pragma once
// The session behind session.hpp, in parts: session.cpp (life, dispatch, end), greeting.cpp, simple_query.cpp,
// extended_query.cpp, execution.cpp (the engine), session_cursors.cpp, session_statements.cpp (what is answered without
// it). Internal.
//
// Everything is used by the one thread in run(), but for what is marked "any thread".

#include "core/byte_io.hpp"
#include "engine/profiling.hpp"
#include "pgproto/backend.hpp"
#include "pgproto/frame.hpp"
#include "pgproto/frontend.hpp"
#include "pgsession/copy_in.hpp"
#include "pgsession/live_facts.hpp"
#include "pgsession/prepared_statement.hpp"
#include "pgsession/session.hpp"
#include "pgsession/settings.hpp"
#include "pgsession/shared_plans.hpp"
#include "pgsession/statement_cache.hpp"
#include "pgsession/statement_recorder.hpp"
#include "pgsession/statement_watch.hpp"
#include "pgsession/transaction_block.hpp"
#include "pgsession/wire.hpp"

#include <unordered_map>

namespace smew::pgsession {

class SessionImpl final : public Session {
public:
    SessionImpl(link::AdoptSession info, UniqueFd socket, engine::Instance& instance, const SessionLimits& limits,
                SessionEvents& events, SessionGroup& group);
    ~SessionImpl() override;

    Next run() override;

    void cancel_statement(CancelReason reason) override;
    void end(CancelReason reason) override;
    std::chrono::milliseconds check_deadlines(std::chrono::steady_clock::time_point now) override;
    void last_words(const Error& error) override;

    int fd() const override { return wire_.fd(); }
    int wait_fd() const override { return mailbox_ ? mailbox_->wait_fd() : wire_.fd(); }
    const link::AdoptSession& info() const override { return info_; }
    bool running() const override { return watch_.running(); }
    link::QueryWait waiting() const override { return waiting_.load(std::memory_order_relaxed); }
    void on_turn(std::function<void()> call) override { turn_.on_turn = std::move(call); }
    bool growing() const override { return growing_.load(std::memory_order_relaxed); }
    std::uint64_t statements() const override { return statement_count_.load(std::memory_order_relaxed); }
    std::uint64_t bytes_sent() const override { return wire_.bytes_sent(); }
    link::SessionActivity activity() const override;

private:
    using TimePoint = std::chrono::steady_clock::time_point;
    enum class Wait : std::uint8_t { kStatement, kAnswer };  // what a flush may be stopped by

    // ---- session.cpp: life
    Next serve();
    Next serve_input();
    enum class Frames : std::uint8_t { kNeedMore, kOver, kWaitTurn };
    Frames handle_frames();
    Next after_frames(Frames ended);
    void dispatch(char type, ByteSpan body);
    void dispatch_extended(const pgproto::FrontendMessage& message, ByteSpan body);
    void handle_protocol_error(char type, const Error& error);
    void end_with(const Error& error);  // FATAL, then no more
    void go_idle();
    link::SessionState rest_state() const;
    void check_peer(std::chrono::steady_clock::time_point now);
    void check_wait(std::chrono::steady_clock::time_point now);
    bool flush(Wait wait);
    bool is_over() const { return over_ || ended() != CancelReason::kNone; }
    CancelReason ended() const { return end_reason_.load(std::memory_order_relaxed); }
    void ready();                   // ReadyForQuery, behind what it is to report
    void fail(const Error& error);  // ErrorResponse; the transaction is aborted
    void warn(Sqlstate code, std::string message);
    // The statement is over. `tag` of a success, `error` of anything else.
    void record(StatementOutcome outcome, std::string_view tag, const Error* error = nullptr);
    void complete(std::string_view tag);  // CommandComplete, and record() of a success
    // The text that what follows is about.
    void begin_text(std::string_view text);
    void begin_about(ClientStatement statement);
    // The session ends while a statement is unfinished.
    void abandon_statement(const Error& error);
    // Execute goes away from a portal that has more rows.
    void suspend(Portal& portal);

    // ---- greeting.cpp
    bool greet();
    Result<void> take_startup_parameters();
    Result<void> take_options(std::string_view options);
    Result<void> connect_engine();

    // ---- simple_query.cpp
    struct ParsedStatement {
        std::string_view sql;
        std::optional<SessionCommand> command;
        std::unique_ptr<engine::Statement> statement;  // of what is no session command
    };
    void handle_query(std::string_view text);
    Result<void> run_query(std::string_view text);
    // `continued`: statements of the same message ran before.
    Result<void> run_form(const sql::ParameterForm& form, std::string_view text);
    void share_plan(const sql::ParameterForm& form, const PreparedStatement& statement);
    // `form`: of the only statement, whose plan may be shared.
    Result<void> run_script(std::string_view text, bool continued = false, const sql::ParameterForm* form = nullptr);
    Result<ParsedStatement> parse_one(std::string_view sql);
    // `key`: the text to keep its plan by; empty: it is not kept. `last`: nothing of the message follows.
    Result<void> run_parsed(ParsedStatement statement, std::string_view key, bool last,
                            const sql::ParameterForm* form = nullptr);
    Result<void> run_simple(StatementPtr statement, bool last, std::span<const engine::ParameterValue> parameters = {});
    Result<std::string> run_simple_command(const PreparedStatement& statement, bool last);
    Result<void> finish_simple(const std::string& tag, bool last);
    // Error 25P02 in a failed block, for all but what ends it.
    Result<void> check_block(bool ends_block = false) const;

    // ---- extended_query.cpp
    Result<void> on_parse(const pgproto::Parse& message);
    Result<void> on_bind(const pgproto::Bind& message, ByteSpan body);
    Result<void> on_describe(const pgproto::Describe& message);
    Result<void> on_execute(const pgproto::Execute& message);
    void on_close(const pgproto::Close& message);
    void on_sync();
    Result<ClientStatement> find_statement(std::string_view name) const;
    // `by_sql`: by PREPARE, whose whole text is the running statement's.
    Result<void> store_statement(std::string_view name, ClientStatement statement, bool by_sql = false);
    void list_cursor(const std::string& name, std::string statement, Portal& portal);
    Result<StatementPtr> prepare_text(std::string_view sql, std::span<const std::uint32_t> types);
    Result<void> bind_parameters(Portal& portal, const pgproto::Bind& message, ByteSpan body) const;
    Result<void> start_portal(Portal& portal, std::uint64_t max_rows);
    Result<void> start_command_portal(Portal& portal, std::uint64_t max_rows);
    Result<void> resume_portal(Portal& portal, std::uint64_t max_rows);
    void erase_portal(const std::string& name);
    void erase_portals();
    void drop_what_failed();
    void erase_portals_after(std::uint64_t number);
    void add_portal(std::string name, std::shared_ptr<Portal> portal);
    bool sync_follows() const;

    // ---- execution.cpp: the engine
    void begin_statement();
    Result<void> enter_engine();  // before anything that uses the connection
    void tell_dialect();
    Result<void> tell_engine_settings();
    void spool_suspended();
    Result<void> spool_rest(Portal& portal);
    // Of a cursor that scrolls: keeps rows until there are so many, or all.
    Result<void> read_ahead(Portal& portal, std::optional<std::int64_t> rows);
    Result<StatementPtr> make_plan(std::string_view sql, std::unique_ptr<engine::Statement> parsed,
                                   std::span<const std::uint32_t> types);
    Result<void> plan_again(PreparedStatement& statement);
    Result<std::unique_ptr<engine::Cursor>> start(PreparedStatement& statement,
                                                  std::span<const engine::ParameterValue> parameters, bool alone,
                                                  bool may_plan_again);
    std::unique_ptr<RowStream> open_stream(PreparedStatement& statement, std::unique_ptr<engine::Cursor> cursor,
                                           std::span<const pgproto::Format> formats) const;
    // Sends rows, `max_rows` at most (0: all). True when the cursor has ended.
    Result<bool> send_rows(RowStream& stream, std::uint64_t max_rows, std::uint64_t& sent);
    Result<bool> send_spool(Portal& portal, std::uint64_t max_rows, std::uint64_t& sent);
    // The same rows, but not sent.
    Result<bool> skip_rows(RowStream& stream, std::uint64_t max_rows, std::uint64_t& skipped);
    bool skip_spool(Portal& portal, std::uint64_t max_rows, std::uint64_t& skipped);
    // Whether a statement may be a transaction of the engine's own, which it commits before its rows are sent. One with
    // RETURNING may not: when its rows cannot be sent, nothing of it is kept.
    bool stands_alone(const PreparedStatement& statement, bool last);
    // 53100 for what would make a full workspace larger.
    Result<void> check_room(engine::StatementKind kind);
    // Counts rows that were appended behind `begin` of `out()`; takes them back when they are more than may be sent.
    Result<void> count_delivered(std::uint64_t rows, std::size_t begin);
    Result<void> flush_rows();  // between rows, when enough has gathered
    Result<std::uint64_t> drain(engine::Cursor& cursor);
    // With RowDescription and all rows in text format; gives the tag.
    Result<std::string> run_plan(const StatementPtr& statement, std::span<const engine::ParameterValue> parameters,
                                 bool alone);
    // True when the answer was kept from an earlier execution and still holds; without RowDescription.
    bool answer_constant(const PreparedStatement& statement, std::span<const pgproto::Format> formats);
    // What `out()` holds from `start` on are all rows of a constant statement, unless something was sent since.
    void keep_constant(PreparedStatement& statement, std::span<const pgproto::Format> formats, std::size_t start,
                       std::uint64_t flushes, const std::string& tag, std::uint64_t rows);
    void after_statement(const PreparedStatement& statement);
    // Of CREATE TEMP TABLE … ON COMMIT DROP.
    void keep_transaction_table(std::string_view sql);
    Result<void> drop_transaction_tables();

    // ---- session_cursors.cpp
    Result<StatementPtr> plan_cursor(const DeclareCommand& command, std::span<const std::uint32_t> types);
    Result<StatementPtr> prepare_declare(std::string_view sql, DeclareCommand command,
                                         std::span<const std::uint32_t> types);
    // `query`: its plan where there is one. `bound`: whose parameters the cursor takes over.
    Result<void> declare_cursor(const DeclareCommand& command, StatementPtr query, Portal& bound);
    Result<void> open_cursor(Portal& cursor);
    Result<std::shared_ptr<Portal>> find_cursor(const std::string& name) const;
    // The cursor of a FETCH, executed.
    Result<std::shared_ptr<Portal>> open_for_fetch(const FetchCommand& command);
    Result<void> encode_cursor_as(Portal& cursor, std::vector<pgproto::Format> formats) const;
    // Sends or leaves out the rows of a cursor. Gives their number.
    Result<std::uint64_t> fetch(Portal& cursor, const FetchCommand& command);
    Result<std::uint64_t> fetch_forward(Portal& cursor, const FetchCommand& command);
    Result<std::uint64_t> fetch_scrolling(Portal& cursor, const FetchCommand& command);
    Result<std::uint64_t> fetch_for(const Portal& portal, const FetchCommand& command);
    Result<bool> advance(Portal& cursor, bool skip, std::uint64_t max_rows, std::uint64_t& rows);
    Result<void> hold_cursor(Portal& cursor);
    Result<void> hold_cursors();
    Result<std::string> run_simple_fetch(const FetchCommand& command, const PreparedStatement& statement);
    Result<void> execute_fetch(Portal& portal, std::uint64_t max_rows);
    void refresh_fetch(PreparedStatement& statement) const;

    // ---- session_copy_out.cpp, session_copy_in.cpp
    Result<std::unique_ptr<engine::Statement>> parse_copy(const std::string& sql);
    Result<std::string> copy_out(const CopyCommand& command);
    Result<std::uint64_t> send_copy_rows(const CopyFormat& format, const PreparedStatement& query,
                                         engine::Cursor& cursor);
    Result<std::string> copy_file_out(const CopyCommand& command, std::unique_ptr<engine::Statement> query);
    Result<void> start_copy_in(const CopyCommand& command, bool extended);
    void dispatch_copy(const pgproto::FrontendMessage& message, char type);
    void send_copy_notices();
    void abort_copy_in(const Error& error);
    void finish_copy_in();

    // ---- session_notifications.cpp
    Result<void> prepare_messages();
    void deliver_messages();
    void write_notifications();
    void send_messages();
    void stop_listening();

    // ---- session_statements.cpp
    struct Answer {
        std::string tag;
        std::vector<std::vector<std::string>> rows;
    };
    Result<Answer> perform(const SessionCommand& command);
    Result<Answer> perform_one(const BeginCommand& command);
    Result<Answer> perform_one(const CommitCommand& command);
    Result<Answer> perform_one(const RollbackCommand& command);
    Result<Answer> perform_one(const SavepointCommand& command);
    Result<Answer> perform_one(const ReleaseCommand& command);
    Result<Answer> perform_one(const RollbackToCommand& command);
    Result<Answer> perform_one(const SetCommand& command);
    Result<Answer> perform_one(const SetTransactionCommand& command);
    Result<Answer> perform_one(const ResetCommand& command);
    Result<Answer> perform_one(const ShowCommand& command);
    Result<Answer> perform_one(const DiscardCommand& command);
    Result<Answer> perform_one(const DeallocateCommand& command);
    Result<Answer> perform_one(const PrepareCommand& command);
    Result<Answer> perform_one(const ExecuteCommand& command);  // a bug: EXECUTE runs as what it names
    Result<Answer> perform_one(const FactCommand& command);
    Result<Answer> perform_one(const DeclareCommand& command);
    Result<Answer> perform_one(const FetchCommand& command);  // a bug: FETCH streams what it gives
    Result<Answer> perform_one(const CloseCommand& command);
    Result<Answer> perform_one(const CopyCommand& command);  // TO
    Result<Answer> perform_one(const MessageCommand& command);
    Result<Answer> perform_one(const RoleCommand& command);
    Result<Answer> perform_one(const VacuumCommand& command);
    Result<Answer> perform_one(const NothingCommand& command);
    Result<Answer> perform_one(const RefusedCommand& command);
    Result<void> prepare_commit();
    Result<void> commit_block();
    void roll_back_block();
    std::string fact(SessionFact fact) const;
    // The columns of a command that gives rows; none: NoData.
    Result<std::vector<pgproto::FieldDescription>> columns_of(const SessionCommand& command) const;
    Result<StatementPtr> make_command(std::string_view sql, SessionCommand command) const;
    // EXECUTE: the statement it names, with its arguments bound.
    Result<void> bind_execute(const ExecuteCommand& command, Portal& portal);
    Result<std::vector<std::optional<std::string>>> evaluate(const std::string& expressions);
    Result<std::unique_ptr<engine::Statement>> parse_for_engine(std::string_view sql);
    // The rows of an EXPLAIN, as PostgreSQL shows them.
    Result<std::uint64_t> write_plan(engine::Cursor& cursor, const PreparedStatement& statement, pgproto::Buffer& out);
    void append_rows(const Answer& answer, const PreparedStatement& statement, std::span<const pgproto::Format> formats,
                     pgproto::Buffer& out) const;

    // ---- session_turns.cpp
    // Whether what comes next may run: it needs no turn, or has one. Else it waits.
    bool may_dispatch(const pgproto::Frame& frame);
    void begin_waiting(const pgproto::Frame& frame);
    void stop_waiting(CancelReason reason);  // from any thread
    void give_turn_back(Next next);
    Result<std::shared_ptr<void>> claim_memory(std::uint64_t bytes);

    link::AdoptSession info_;
    const SessionLimits limits_;
    engine::Instance& instance_;
    SessionEvents& events_;
    SessionGroup& group_;
    Wire wire_;
    Settings settings_;
    TransactionBlock block_;
    NamedObjects objects_;
    TransactionMessages messages_;  // of this transaction
    LiveFacts facts_;
    StatementRecorder recorder_;
    ClientStatement about_;                         // whose text the recorder has
    std::uint64_t recorded_settings_ = UINT64_MAX;  // their generation when the recorder was told
    // Above the statements, whose plans belong to it.
    std::unique_ptr<engine::Connection> connection_;
    StatementWatch watch_;
    // What the engine was told of the settings.
    std::string told_zone_, told_path_, told_dialect_ = "postgres";
    std::chrono::milliseconds told_slow_{0};  // what is profiled
    engine::Profiling* profiling_ = nullptr;  // connection_, when it takes profiles

    StatementCache cache_;
    SharedPlans shared_plans_;
    std::optional<ClientStatement> unnamed_;
    std::unordered_map<std::string, NamedStatement> named_;
    std::unordered_map<std::string, std::shared_ptr<Portal>> portals_;  // the unnamed one has the name ""
    std::uint64_t last_portal_ = 0;
    Portal* suspended_ = nullptr;  // the one whose stream is the connection's open cursor

    std::shared_ptr<Mailbox> mailbox_;             // once it has listened
    std::vector<std::string> transaction_tables_;  // to be dropped by the commit
    // A statement has failed for want of memory or disk space. What the engine's allocator keeps of it counts against
    // the process's limit, and the next statement would fail for it; it is returned once the transaction is over.
    bool resources_ran_out_ = false;
    bool at_rest_ = false;  // the last thing said was ReadyForQuery

    struct CopyInState {
        std::unique_ptr<CopyIn> rows;
        bool extended = false;
        std::string rest;  // of the simple query, behind this statement
        TimePoint started;
    };
    std::unique_ptr<CopyInState> copy_in_;  // while the client sends rows

    bool greeted_ = false;
    bool over_ = false;  // no more is read or answered
    bool skip_to_sync_ = false;
    bool flush_due_ = false;  // an answer is complete and the client may be waiting for it
    TimePoint statement_started_{};
    Turns::Ticket turn_;
    TimePoint queued_at_{};                // while it waits for its turn
    std::chrono::microseconds queued_{0};  // how long it has waited, for the statement that comes
    std::weak_ptr<void> claim_;            // on the memory for large statements
    Delivered delivered_;                  // of the statement that runs
    std::uint64_t reported_bytes_ = 0;

    // ---- any thread
    std::atomic<bool> reading_{false};  // messages that have arrived are being handled
    std::atomic<std::uint64_t> statement_count_{0};
    std::atomic<bool> growing_{false};
    std::atomic<link::QueryWait> waiting_{link::QueryWait::kNone};
    std::atomic<std::int64_t> waiting_since_{0};  // for a turn
    std::atomic<CancelReason> end_reason_{CancelReason::kNone};
    // When run() last returned and for how long the client may then stay idle; 0: it is in run(), or for ever.
    std::atomic<std::int64_t> idle_since_{0}, idle_limit_{0};
    std::atomic<link::SessionState> rest_state_{link::SessionState::kStarting};  // while idle_since_ is set
    std::atomic<bool> idle_in_transaction_{false};
    std::atomic<std::int64_t> next_peer_check_{0};
};

}  // namespace smew::pgsession
