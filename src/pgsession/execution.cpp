#include "pgproto/oids.hpp"
#include "pgsession/explain.hpp"
#include "pgsession/session_impl.hpp"
#include "pgsession/transaction_table.hpp"
#include "sql/lexer.hpp"

#include <algorithm>

namespace smew::pgsession {
namespace {

constexpr std::size_t kMaxConstantBytes = 16U << 10;
constexpr std::uint64_t kFullChunk = 2'048;

Error client_gone() {
    return error_for(CancelReason::kClientGone);
}

bool plan_is_outdated(const Error& error) {
    return error.code == sqlstate::kFeatureNotSupported && error.message.starts_with("cached plan");
}

bool is_data_change(engine::StatementKind kind) {
    using Kind = engine::StatementKind;
    return kind == Kind::kInsert || kind == Kind::kUpdate || kind == Kind::kDelete || kind == Kind::kMerge;
}

// What may need more of the workspace's disk than it gives back. Views and the like are too small to matter.
bool grows(engine::StatementKind kind) {
    using Kind = engine::StatementKind;
    switch (kind) {
        case Kind::kInsert:
        case Kind::kUpdate:
        case Kind::kMerge:
        case Kind::kCreateTable:
        case Kind::kCreateTableAs:
        case Kind::kCreateIndex:
        case Kind::kAlterTable:
            return true;
        default:
            return false;
    }
}

void append_text_row(pgproto::Buffer& out, std::string_view text) {
    ByteWriter writer(out);
    writer.u8('D');
    const std::size_t length = writer.position();
    writer.u32(0);
    writer.u16(1);
    writer.sized(text);
    writer.patch_u32(length, static_cast<std::uint32_t>(writer.position() - length));
}

}  // namespace

void SessionImpl::begin_statement() {
    if (watch_.running()) return;
    watch_.begin(statement_started_, settings_.statement_timeout());
    // end() may have come before there was a statement to interrupt.
    if (ended() != CancelReason::kNone) watch_.cancel(ended());
}

Result<void> SessionImpl::enter_engine() {
    // Answers to earlier messages do not wait for a statement that may take long.
    if (flush_due_ && !flush(Wait::kStatement) && over_) return client_gone();
    spool_suspended();
    return tell_engine_settings();
}

// Before a text is parsed, too: it decides what the text means.
void SessionImpl::tell_dialect() {
    const std::string& wanted = settings_.value(Setting::kCompatibility);
    if (told_dialect_ == wanted) return;
    connection_->set_dialect(wanted == "duckdb" ? engine::Dialect::kDuckDb : engine::Dialect::kPostgres);
    told_dialect_ = wanted;
    cache_.clear();
}

Result<void> SessionImpl::tell_engine_settings() {
    tell_dialect();
    const Observation& wanted = group_.observation;
    const std::chrono::milliseconds slow(wanted.slow_plans.load(std::memory_order_relaxed)
                                             ? wanted.slow_threshold_ms.load(std::memory_order_relaxed)
                                             : 0);
    if (profiling_ != nullptr && slow != told_slow_) profiling_->set_profiling(told_slow_ = slow);
    const std::string& path = settings_.value(Setting::kSearchPath);
    if (const std::string& zone = settings_.value(Setting::kTimeZone); told_zone_ != zone) {
        if (const Result<void> told = connection_->set_time_zone(settings_.engine_zone()); !told) return told;
        told_zone_ = zone;
    }
    if (told_path_ != path) {
        std::vector<std::string> schemas = settings_.search_path();
        std::erase(schemas, "$user");  // no schema here has a user's name
        if (const Result<void> told = connection_->set_search_path(schemas); !told) return told;
        told_path_ = path;
        cache_.clear();
    }
    return {};
}

Result<std::unique_ptr<engine::Statement>> SessionImpl::parse_for_engine(std::string_view sql) {
    const Result<std::optional<Explain>> explain = read_explain(sql);
    if (!explain) return explain.error();
    tell_dialect();
    auto statements = connection_->parse(*explain ? std::string_view((*explain)->engine_sql) : sql);
    if (!statements) return statements.error();
    if (statements->size() == 1) return std::move(statements->front());
    return Error{sqlstate::kFeatureNotSupported,
                 "the engine takes this statement for " + std::to_string(statements->size()) + " statements"};
}

// The engine gives a plan as one value; PostgreSQL gives its text line by line, and its JSON as one value.
Result<std::uint64_t> SessionImpl::write_plan(engine::Cursor& cursor, const PreparedStatement& statement,
                                              pgproto::Buffer& out) {
    std::uint64_t rows = 0;
    const auto write_row = [&](std::string_view text) {
        append_text_row(out, text);
        ++rows;
    };
    for (;;) {
        const Result<const engine::Chunk*> chunk = cursor.next();
        if (!chunk) return chunk.error();
        if (*chunk == nullptr) return rows;
        for (std::uint64_t row = 0; row < (*chunk)->rows; ++row) {
            std::string_view text = (*chunk)->columns.back().at<engine::StringRef>(row).view();
            while (text.ends_with('\n')) text.remove_suffix(1);
            if (statement.fields.front().type_oid == pgproto::oid::kJson) {
                write_row(text);
                continue;
            }
            for (; !text.empty(); text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1)) {
                write_row(text.substr(0, text.find('\n')));
            }
        }
    }
}

Result<StatementPtr> SessionImpl::make_plan(std::string_view sql, std::unique_ptr<engine::Statement> parsed,
                                            std::span<const std::uint32_t> types) {
    auto plan = connection_->prepare(std::move(parsed), types);
    if (!plan) return plan.error();
    auto statement = std::make_shared<PreparedStatement>();
    statement->sql = std::string(sql);
    statement->stated_types.assign(types.begin(), types.end());
    statement->adopt(std::move(*plan));
    recorder_.planned();
    return statement;
}

Result<void> SessionImpl::plan_again(PreparedStatement& statement) {
    auto parsed = parse_for_engine(statement.sql);
    if (!parsed) return parsed.error();
    auto plan = connection_->prepare(std::move(*parsed), statement.stated_types);
    if (!plan) return plan.error();
    statement.adopt(std::move(*plan));
    return {};
}

Result<std::unique_ptr<engine::Cursor>> SessionImpl::start(PreparedStatement& statement,
                                                           std::span<const engine::ParameterValue> parameters,
                                                           bool alone, bool may_plan_again) {
    if (const Result<void> room = check_room(statement.plan->kind()); !room) return room.error();
    if (const Result<void> admitted = block_.admit(statement.plan->kind(), alone); !admitted) return admitted.error();
    parameters = parameters.first(std::min(parameters.size(), statement.plan->parameter_types().size()));
    auto cursor = statement.plan->execute(parameters);
    if (cursor || !plan_is_outdated(cursor.error())) return cursor;
    cache_.drop(statement);
    // The engine may have ended the transaction, and what the client was told of the columns cannot be taken back.
    if (!may_plan_again || block_.open_in_engine() != connection_->in_transaction()) return cursor;
    if (const Result<void> planned = plan_again(statement); !planned) return planned.error();
    return statement.plan->execute(parameters);
}

std::unique_ptr<RowStream> SessionImpl::open_stream(PreparedStatement& statement,
                                                    std::unique_ptr<engine::Cursor> cursor,
                                                    std::span<const pgproto::Format> formats) const {
    return std::make_unique<RowStream>(
        RowStream{.cursor = std::move(cursor),
                  .encoder = {statement.plan->columns(), formats, settings_.value_format()},
                  .zone = settings_.zone()});
}

bool SessionImpl::stands_alone(const PreparedStatement& statement, bool last) {
    const bool returning = statement.plan->returns_rows() && is_data_change(statement.plan->kind());
    if (!returning) return last;
    block_.begin_implicit();
    return false;
}

Result<void> SessionImpl::check_room(engine::StatementKind kind) {
    const bool larger = grows(kind);
    growing_.store(larger, std::memory_order_relaxed);
    if (larger && group_.limits.disk_full() && !events_.make_room()) return error_for(CancelReason::kDiskLimit);
    return {};
}

Result<void> SessionImpl::count_delivered(std::uint64_t rows, std::size_t begin) {
    delivered_.rows += rows;
    delivered_.bytes += wire_.out().size() - begin;
    if (info_.internal) return {};
    Result<void> within_limits = check_delivered(delivered_, group_.limits);
    if (!within_limits) wire_.out().resize(begin);
    return within_limits;
}

Result<void> SessionImpl::flush_rows() {
    if (flush(Wait::kStatement)) return {};
    if (over_) return client_gone();
    return error_for(ended() != CancelReason::kNone ? ended() : watch_.cancelled());
}

Result<bool> SessionImpl::send_rows(RowStream& stream, std::uint64_t max_rows, std::uint64_t& sent) {
    while (max_rows == 0 || sent < max_rows) {
        if (stream.chunk == nullptr || stream.row == stream.chunk->rows) {
            // After a full chunk there is probably more: the client may begin to read.
            const bool first_full = stream.chunk != nullptr && stream.chunk->rows == kFullChunk && sent == kFullChunk;
            if (first_full) {
                if (const Result<void> flushed = flush_rows(); !flushed) return flushed.error();
            }
            const Result<const engine::Chunk*> next = stream.cursor->next();
            if (!next) return next.error();
            stream.chunk = *next;
            stream.row = 0;
            if (stream.chunk == nullptr) return true;
            continue;
        }
        const std::uint64_t rest = stream.chunk->rows - stream.row;
        const std::uint64_t last = stream.row + (max_rows == 0 ? rest : std::min(rest, max_rows - sent));
        const std::size_t begin = wire_.out().size();
        const auto row = stream.encoder.encode(*stream.chunk, stream.row, last, wire_.out(), wire_.flush_mark());
        if (!row) return row.error();
        if (const Result<void> counted = count_delivered(*row - stream.row, begin); !counted) return counted.error();
        sent += *row - stream.row;
        recorder_.rows(*row - stream.row);
        stream.row = *row;
        if (wire_.unsent() >= Wire::kFlushBytes) {
            if (const Result<void> flushed = flush_rows(); !flushed) return flushed.error();
        }
    }
    return false;
}

Result<bool> SessionImpl::skip_rows(RowStream& stream, std::uint64_t max_rows, std::uint64_t& skipped) {
    while (max_rows == 0 || skipped < max_rows) {
        if (stream.chunk == nullptr || stream.row == stream.chunk->rows) {
            const Result<const engine::Chunk*> next = stream.cursor->next();
            if (!next) return next.error();
            stream.chunk = *next;
            stream.row = 0;
            if (stream.chunk == nullptr) return true;
            continue;
        }
        const std::uint64_t rest = stream.chunk->rows - stream.row;
        const std::uint64_t step = max_rows == 0 ? rest : std::min(rest, max_rows - skipped);
        stream.row += step;
        skipped += step;
    }
    return false;
}

Result<std::uint64_t> SessionImpl::drain(engine::Cursor& cursor) {
    for (;;) {
        const Result<const engine::Chunk*> next = cursor.next();
        if (!next) return next.error();
        if (*next == nullptr) return cursor.rows_affected();
    }
}

Result<std::string> SessionImpl::run_plan(const StatementPtr& planned,
                                          std::span<const engine::ParameterValue> parameters, bool alone) {
    PreparedStatement& statement = *planned;
    auto cursor = start(statement, parameters, alone, true);
    if (!cursor) return cursor.error();
    const engine::StatementKind kind = statement.plan->kind();
    if (!statement.plan->returns_rows()) {
        const Result<std::uint64_t> changed = drain(**cursor);
        if (!changed) return changed.error();
        block_.keep_change(planned, parameters, *changed);
        return command_tag(kind, statement.sql, false, *changed);
    }
    const std::vector<pgproto::Format> formats(statement.fields.size(), pgproto::Format::kText);
    statement.append_row_description(wire_.out(), {});
    if (kind == engine::StatementKind::kExplain) {
        const Result<std::uint64_t> lines = write_plan(**cursor, statement, wire_.out());
        if (!lines) return lines.error();
        recorder_.rows(*lines);
        return std::string("EXPLAIN");
    }
    const std::size_t start_of_rows = wire_.out().size();
    const std::uint64_t flushes = wire_.flushes();
    const std::unique_ptr<RowStream> stream = open_stream(statement, std::move(*cursor), formats);
    std::uint64_t sent = 0;
    if (const Result<bool> ended_well = send_rows(*stream, 0, sent); !ended_well) return ended_well.error();
    block_.keep_change(planned, parameters, sent);
    std::string tag = command_tag(kind, statement.sql, true, sent);
    keep_constant(statement, {}, start_of_rows, flushes, tag, sent);
    return tag;
}

bool SessionImpl::answer_constant(const PreparedStatement& statement, std::span<const pgproto::Format> formats) {
    if (!statement.constant || statement.constant->settings_generation != settings_.generation()) return false;
    const std::span<const pgproto::Format> asked = all_text(formats) ? std::span<const pgproto::Format>() : formats;
    if (!std::ranges::equal(statement.constant->formats, asked)) return false;
    const pgproto::Buffer& messages = statement.constant->messages;
    wire_.out().insert(wire_.out().end(), messages.begin(), messages.end());
    recorder_.rows(statement.constant->rows);
    return true;
}

void SessionImpl::keep_constant(PreparedStatement& statement, std::span<const pgproto::Format> formats,
                                std::size_t start, std::uint64_t flushes, const std::string& tag, std::uint64_t rows) {
    const pgproto::Buffer& out = wire_.out();
    if (!statement.plan->constant() || wire_.flushes() != flushes || out.size() - start > kMaxConstantBytes) return;
    ConstantAnswer answer{.settings_generation = settings_.generation(), .rows = rows, .tag = tag};
    if (!all_text(formats)) answer.formats.assign(formats.begin(), formats.end());
    answer.messages.assign(out.begin() + static_cast<std::ptrdiff_t>(start), out.end());
    pgproto::write_command_complete(answer.messages, tag);
    statement.constant = std::move(answer);
    cache_.grew(statement);
}

// Plans are made again by the engine when the catalog changed, but their columns may have changed with it.
void SessionImpl::after_statement(const PreparedStatement& statement) {
    const engine::StatementKind kind = statement.plan->kind();
    const bool reads = kind == engine::StatementKind::kSelect || kind == engine::StatementKind::kExplain;
    if (!reads && !is_data_change(kind)) cache_.clear();
    const bool made = kind == engine::StatementKind::kCreateTable || kind == engine::StatementKind::kCreateTableAs;
    if (made) keep_transaction_table(statement.sql);
}

void SessionImpl::keep_transaction_table(std::string_view sql) {
    std::optional<std::string> table = transaction_table(sql);
    if (!table) return;
    transaction_tables_.push_back(*std::move(table));
    if (!block_.active()) (void)drop_transaction_tables();  // its transaction was the statement
}

Result<void> SessionImpl::drop_transaction_tables() {
    for (const std::string& table : std::exchange(transaction_tables_, {})) {
        // It may be gone with a savepoint, or by the client's own DROP.
        if (auto dropped = connection_->run_internal("DROP TABLE IF EXISTS " + table); !dropped) return dropped;
    }
    return {};
}

}  // namespace smew::pgsession
