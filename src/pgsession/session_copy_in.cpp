// COPY … FROM STDIN: CopyData is read into rows, rows go in batches through a prepared INSERT, all in one transaction.
// Between messages the session waits as between statements. Source: PostgreSQL 15 documentation, 55.2.6.
#include "pgsession/copy_in.hpp"
#include "pgsession/session_impl.hpp"

#include <algorithm>

namespace smew::pgsession {
namespace {

// A plan has so many parameters at most, and a batch so many bytes: measured, larger ones are no faster.
constexpr std::size_t kBatchParameters = 2'000;
constexpr std::size_t kMaxBatchRows = 500;
constexpr std::size_t kBatchBytes = 4U << 20;
constexpr std::size_t kShownValueBytes = 100;

bool is_data_error(const Error& error) {
    return error.code.error_class() == "22";
}

std::vector<engine::ParameterValue> parameters_of(const CopyFields& batch, std::size_t first, std::size_t count) {
    std::vector<engine::ParameterValue> values;
    values.reserve(count);
    for (std::size_t i = first; i < first + count; ++i) {
        if (const auto value = batch[i]) {
            values.emplace_back(engine::TextValue{*value});
        } else {
            values.emplace_back(engine::Null{});
        }
    }
    return values;
}

Error malformed(std::string message) {
    return {sqlstate::kBadCopyFileFormat, std::move(message)};
}

}  // namespace

std::string always_quoted(std::string_view name) {
    std::string quoted = "\"";
    for (const char c : name) quoted += c == '"' ? "\"\"" : std::string(1, c);
    return quoted + '"';
}

std::string copy_insert_sql(const CopyCommand& command, const std::vector<std::string>& columns, std::size_t rows) {
    std::string sql = "INSERT INTO " + command.table + " (";
    for (std::size_t i = 0; i < columns.size(); ++i) sql += (i == 0 ? "" : ", ") + always_quoted(columns[i]);
    sql += ") VALUES ";
    for (std::size_t row = 0, parameter = 1; row < rows; ++row) {
        sql += row == 0 ? "(" : ", (";
        for (std::size_t i = 0; i < columns.size(); ++i) sql += (i == 0 ? "$" : ", $") + std::to_string(parameter++);
        sql += ")";
    }
    return sql;
}

Error in_copy_line(Error error, const CopyIn& copy, std::uint64_t line, const std::string& column,
                   std::optional<std::string_view> value) {
    std::string where = "COPY " + copy.command.table + ", line " + std::to_string(line);
    if (!column.empty()) where += ", column " + column;
    if (value) {
        std::size_t shown = std::min(value->size(), kShownValueBytes);
        while (shown > 0 && shown < value->size() && (static_cast<unsigned char>((*value)[shown]) & 0xC0U) == 0x80)
            --shown;
        where += ": \"" + std::string(value->substr(0, shown)) + (shown < value->size() ? "..." : "") + "\"";
    }
    error.detail = error.detail.empty() ? where : error.detail + "\n" + where;
    error.position = 0;
    return error;
}

// ---------------------------------------------------------------- begin

Result<void> SessionImpl::start_copy_in(const CopyCommand& command, bool extended) {
    std::string columns;
    for (const std::string& name : command.columns) columns += (columns.empty() ? "" : ", ") + always_quoted(name);
    const std::string select = "SELECT " + (columns.empty() ? "*" : columns) + " FROM " + command.table + " LIMIT 0";
    auto copy = std::make_unique<CopyIn>(CopyIn{.command = command, .reader = CopyReader(command.format)});
    const Result<StatementPtr> table = plan_copy(select);
    if (!table) {
        Error error = table.error();
        error.position = 0;
        return error;
    }
    for (const auto& field : (*table)->fields) copy->columns.push_back(field.name);
    copy->batch_rows = std::clamp<std::size_t>(kBatchParameters / copy->columns.size(), 1, kMaxBatchRows);
    Result<StatementPtr> one = plan_copy(copy_insert_sql(command, copy->columns, 1));
    if (!one) {
        Error error = one.error();
        error.position = 0;
        return error;
    }
    copy->one = std::move(*one);
    // Also when it stands alone: its batches belong together.
    block_.begin_implicit();
    if (const Result<void> admitted = block_.admit(engine::StatementKind::kInsert, false); !admitted) return admitted;
    copy->header_due = command.format.header != CopyHeader::kNone;
    copy->extended = extended;
    copy->started = statement_started_;
    watch_.end();
    const std::vector<pgproto::Format> formats(copy->columns.size(), pgproto::Format::kText);
    pgproto::write_copy_in_response(wire_.out(), pgproto::Format::kText, formats);
    copy_in_ = std::move(copy);
    return {};
}

// ---------------------------------------------------------------- messages

void SessionImpl::dispatch_copy(const pgproto::FrontendMessage& message, char type) {
    // Sent ahead by clients that do not wait for the CopyInResponse: ignored, as in PostgreSQL.
    if (type == 'S' || type == 'H') return;
    statement_started_ = copy_in_->started;
    Result<void> done;
    if (const auto* data = std::get_if<pgproto::CopyData>(&message)) {
        copy_in_->reader.feed(data->data);
        done = read_copy_rows();
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
    if (!done) abort_copy_in(done.error());
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
    copy_in_->reader.finish();
    Result<void> done = read_copy_rows();
    if (done) done = insert_copy_rows(true);
    if (!done) {
        abort_copy_in(done.error());
        return;
    }
    const std::unique_ptr<CopyIn> copy = std::move(copy_in_);
    const std::string tag = "COPY " + std::to_string(copy->rows);
    if (copy->extended) {
        pgproto::write_command_complete(wire_.out(), tag);
        record(StatementOutcome::kSuccess);
        return;
    }
    done = finish_simple(tag, copy->rest.empty());
    if (done && !copy->rest.empty()) done = run_script(copy->rest, true);
    if (!done) fail(done.error());
    if (!copy_in_) ready();
}

// ---------------------------------------------------------------- rows

Result<void> SessionImpl::read_copy_rows() {
    CopyIn& copy = *copy_in_;
    for (;;) {
        const std::size_t before = copy.batch.fields.size();
        const Result<bool> read = copy.reader.next(copy.batch);
        if (!read) return in_copy_line(read.error(), copy, copy.reader.line());
        if (!*read) return {};
        const std::size_t count = copy.batch.fields.size() - before;
        if (copy.header_due) {
            copy.header_due = false;
            const Result<void> checked = check_copy_header();
            copy.batch.clear();
            if (!checked) return checked;
            continue;
        }
        if (count < copy.columns.size()) {
            return in_copy_line(malformed("missing data for column \"" + copy.columns[count] + "\""), copy,
                                copy.reader.line());
        }
        if (count > copy.columns.size()) {
            return in_copy_line(malformed("extra data after last expected column"), copy, copy.reader.line());
        }
        copy.lines.push_back(copy.reader.line());
        const bool full = copy.lines.size() == copy.batch_rows || copy.batch.text.size() >= kBatchBytes;
        if (!full) continue;
        if (const Result<void> inserted = insert_copy_rows(false); !inserted) return inserted;
    }
}

Result<void> SessionImpl::check_copy_header() const {
    const CopyIn& copy = *copy_in_;
    if (copy.command.format.header != CopyHeader::kMatch) return {};
    const std::size_t count = copy.batch.fields.size();
    if (count != copy.columns.size()) {
        return in_copy_line(malformed("wrong number of fields in header line: got " + std::to_string(count) +
                                      ", expected " + std::to_string(copy.columns.size())),
                            copy, copy.reader.line());
    }
    for (std::size_t i = 0; i < count; ++i) {
        if (copy.batch[i] == copy.columns[i]) continue;
        const std::string got = copy.batch[i] ? "\"" + std::string(*copy.batch[i]) + "\"" : "null value";
        return in_copy_line(malformed("column name mismatch in header line field " + std::to_string(i + 1) + ": got " +
                                      got + ", expected \"" + copy.columns[i] + "\""),
                            copy, copy.reader.line());
    }
    return {};
}

// What was read and not inserted. `last`: nothing follows.
Result<void> SessionImpl::insert_copy_rows(bool last) {
    CopyIn& copy = *copy_in_;
    const bool whole = copy.lines.size() == copy.batch_rows && copy.batch_rows > 1;
    if (!copy.lines.empty() && !watch_.running()) {
        begin_statement();
        if (const Result<void> entered = enter_engine(); !entered) return entered;
    }
    Result<void> inserted = whole ? insert_copy_batch() : insert_copy_singly();
    if (!inserted) return inserted;
    copy.rows += copy.lines.size();
    copy.lines.clear();
    copy.batch.clear();
    if (!last && watch_.running()) watch_.end();
    return {};
}

Result<void> SessionImpl::insert_copy(PreparedStatement& statement, std::span<const engine::ParameterValue> values) {
    auto cursor = start(statement, values, false, true);
    if (!cursor) return cursor.error();
    const Result<std::uint64_t> changed = drain(**cursor);
    if (!changed) return changed.error();
    return {};
}

Result<void> SessionImpl::insert_copy_batch() {
    CopyIn& copy = *copy_in_;
    if (!copy.many) {
        Result<StatementPtr> planned = plan_copy(copy_insert_sql(copy.command, copy.columns, copy.batch_rows));
        if (!planned) return planned.error();
        copy.many = std::move(*planned);
    }
    const Result<void> inserted = insert_copy(*copy.many, parameters_of(copy.batch, 0, copy.batch.fields.size()));
    if (inserted) return inserted;
    // Values are converted before anything runs, so the row that cannot be is found by inserting them one by one.
    if (is_data_error(inserted.error())) {
        const Result<void> one_by_one = insert_copy_singly();
        if (!one_by_one && one_by_one.error().code == inserted.error().code) return one_by_one;
    }
    const std::string lines = std::to_string(copy.lines.front()) + " to " + std::to_string(copy.lines.back());
    Error error = inserted.error();
    error.position = 0;
    error.detail += (error.detail.empty() ? "COPY " : "\nCOPY ") + copy.command.table + ", lines " + lines;
    return error;
}

Result<void> SessionImpl::insert_copy_singly() {
    CopyIn& copy = *copy_in_;
    const std::size_t width = copy.columns.size();
    for (std::size_t row = 0; row < copy.lines.size(); ++row) {
        const std::vector<engine::ParameterValue> values = parameters_of(copy.batch, row * width, width);
        const Result<void> inserted = insert_copy(*copy.one, values);
        if (inserted) continue;
        if (!is_data_error(inserted.error())) return in_copy_line(inserted.error(), copy, copy.lines[row]);
        const std::optional<std::size_t> column = find_bad_column(values, inserted.error());
        if (!column) return in_copy_line(inserted.error(), copy, copy.lines[row]);
        return in_copy_line(inserted.error(), copy, copy.lines[row], copy.columns[*column],
                            copy.batch[row * width + *column]);
    }
    return {};
}

// The one without which the row gives another error, or none. The transaction is lost in any case.
std::optional<std::size_t> SessionImpl::find_bad_column(std::vector<engine::ParameterValue> values,
                                                        const Error& error) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (std::holds_alternative<engine::Null>(values[i])) continue;
        const engine::ParameterValue value = std::exchange(values[i], engine::Null{});
        const Result<void> inserted = insert_copy(*copy_in_->one, values);
        if (inserted || inserted.error().message != error.message) return i;
        values[i] = value;
    }
    return std::nullopt;
}

}  // namespace smew::pgsession
