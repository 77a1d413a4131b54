// COPY … FROM STDIN in the session: its messages, its transaction and its end. Between messages the session waits as
// between statements, but the statement goes on: it can be cancelled and has its timeout, which take effect when the
// client sends more, as in PostgreSQL. Source: PostgreSQL 15 documentation, 55.2.6.
#include "pgsession/session_impl.hpp"

namespace smew::pgsession {

Result<void> SessionImpl::start_copy_in(const CopyCommand& command, bool extended) {
    tell_dialect();
    begin_statement();
    if (const Result<void> entered = enter_engine(); !entered) return entered;
    // Also when it stands alone: what it inserts belongs together.
    block_.begin_implicit();
    if (const Result<void> room = check_room(engine::StatementKind::kInsert); !room) return room;
    if (const Result<void> admitted = block_.admit(engine::StatementKind::kInsert, false); !admitted) return admitted;
    auto rows = CopyIn::begin(*connection_, command);
    if (!rows) {
        Error error = rows.error();
        error.position = 0;
        return error;
    }
    const pgproto::Format format = (*rows)->binary() ? pgproto::Format::kBinary : pgproto::Format::kText;
    const std::vector<pgproto::Format> formats((*rows)->columns(), format);
    pgproto::write_copy_in_response(wire_.out(), format, formats);
    recorder_.keep_text();
    copy_in_ = std::make_unique<CopyInState>(
        CopyInState{.rows = *std::move(rows), .extended = extended, .rest = {}, .started = statement_started_});
    return {};
}

void SessionImpl::dispatch_copy(const pgproto::FrontendMessage& message, char type) {
    // Sent ahead by clients that do not wait for the CopyInResponse: ignored, as in PostgreSQL.
    if (type == 'S' || type == 'H') return;
    statement_started_ = copy_in_->started;
    Result<void> done;
    if (watch_.cancelled() != CancelReason::kNone) {
        done = error_for(watch_.cancelled());
    } else if (const auto* data = std::get_if<pgproto::CopyData>(&message)) {
        done = copy_in_->rows->take(data->data);
    } else if (std::holds_alternative<pgproto::CopyDone>(message)) {
        finish_copy_in();
        return;
    } else if (const auto* failed = std::get_if<pgproto::CopyFail>(&message)) {
        done = Error{sqlstate::kQueryCanceled, "COPY from stdin failed: " + std::string(failed->reason)};
    } else if (std::holds_alternative<pgproto::Terminate>(message)) {
        over_ = true;
    } else {
        done = Error{sqlstate::kProtocolViolation,
                     std::string("unexpected message type '") + type + "' during COPY from stdin"};
    }
    send_copy_notices();
    if (!done) abort_copy_in(done.error());
}

void SessionImpl::send_copy_notices() {
    for (const Error& notice : copy_in_->rows->take_notices()) {
        if (settings_.value(Setting::kClientMinMessages) == "error" ||
            settings_.value(Setting::kClientMinMessages) == "warning")
            continue;
        pgproto::write_notice(wire_.out(), pgproto::Severity::kNotice, notice);
    }
}

void SessionImpl::abort_copy_in(const Error& error) {
    const bool extended = copy_in_->extended;
    fail(error);
    if (extended) {
        skip_to_sync_ = true;
    } else {
        ready();
    }
}

void SessionImpl::finish_copy_in() {
    const Result<std::uint64_t> rows = copy_in_->rows->finish();
    send_copy_notices();
    if (!rows) {
        abort_copy_in(rows.error());
        return;
    }
    const std::unique_ptr<CopyInState> copy = std::move(copy_in_);
    const std::string tag = "COPY " + std::to_string(*rows);
    if (copy->extended) {
        complete(tag);
        return;
    }
    Result<void> done = finish_simple(tag, copy->rest.empty());
    if (done && !copy->rest.empty()) done = run_script(copy->rest, true);
    if (!done) fail(done.error());
    if (!copy_in_) ready();
}

}  // namespace smew::pgsession
