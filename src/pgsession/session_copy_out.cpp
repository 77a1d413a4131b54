// COPY … TO STDOUT: the rows of a query as text or CSV. Rows are encoded as for a client and their fields escaped.
#include "pgsession/copy_in.hpp"
#include "pgsession/session_impl.hpp"

#include <algorithm>

namespace smew::pgsession {
namespace {

std::uint32_t read_u32(const pgproto::Buffer& bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = (value << 8) | bytes[at + i];
    return value;
}

// Writes lines as CopyData messages.
class CopyLines {
public:
    CopyLines(const CopyFormat& format, const std::vector<pgproto::FieldDescription>& fields) : format_(format) {
        for (const pgproto::FieldDescription& field : fields) {
            force_.push_back(format.force_quote_all || std::ranges::count(format.force_quote, field.name) > 0);
        }
    }

    void header(pgproto::Buffer& out, const std::vector<pgproto::FieldDescription>& fields) {
        line_.clear();
        for (std::size_t i = 0; i < fields.size(); ++i) append(i, fields[i].name, false);
        end(out);
    }

    // The DataRow messages of `rows`.
    void append_rows(pgproto::Buffer& out, const pgproto::Buffer& rows) {
        for (std::size_t at = 0; at < rows.size();) {
            at += 7;  // type, length, number of columns
            line_.clear();
            for (std::size_t i = 0; i < force_.size(); ++i) at = append_value(i, rows, at);
            end(out);
        }
    }

private:
    std::size_t append_value(std::size_t i, const pgproto::Buffer& rows, std::size_t at) {
        const std::uint32_t size = read_u32(rows, at);
        at += 4;
        if (size == 0xFFFF'FFFFU) {
            append(i, std::nullopt, false);
            return at;
        }
        append(i, as_text(ByteSpan(rows).subspan(at, size)), force_[i]);
        return at + size;
    }
    void append(std::size_t i, std::optional<std::string_view> value, bool force) {
        if (i > 0) line_.push_back(static_cast<std::uint8_t>(format_.delimiter));
        append_copy_field(line_, format_, value, force, force_.size() == 1);
    }
    void end(pgproto::Buffer& out) {
        line_.push_back('\n');
        pgproto::write_copy_data(out, line_);
    }

    const CopyFormat& format_;
    std::vector<bool> force_;
    pgproto::Buffer line_;
};

std::string copy_query(const CopyCommand& command) {
    if (!command.query.empty()) return command.query;
    std::string columns;
    for (const std::string& name : command.columns) columns += (columns.empty() ? "" : ", ") + always_quoted(name);
    return "SELECT " + (columns.empty() ? "*" : columns) + " FROM " + command.table;
}

Error in_copy_query(Error error, const CopyCommand& command) {
    error.position = command.query.empty() || error.position <= 0 ? 0 : error.position + command.query_offset;
    return error;
}

Result<void> check_force_quote(const CopyFormat& format, const std::vector<pgproto::FieldDescription>& fields) {
    for (const std::string& name : format.force_quote) {
        if (std::ranges::count(fields, name, &pgproto::FieldDescription::name) > 0) continue;
        return Error{sqlstate::kUndefinedColumn, "FORCE_QUOTE column \"" + name + "\" not referenced by COPY"};
    }
    return {};
}

}  // namespace

Result<StatementPtr> SessionImpl::plan_copy(const std::string& sql) {
    tell_dialect();
    auto parsed = connection_->parse(sql);
    if (!parsed) return parsed.error();
    if (parsed->size() != 1) return Error{sqlstate::kSyntaxError, "COPY takes one query"};
    begin_statement();
    if (const Result<void> entered = enter_engine(); !entered) return entered.error();
    return make_plan(sql, std::move(parsed->front()), {});
}

Result<std::string> SessionImpl::copy_out(const CopyCommand& command) {
    Result<StatementPtr> planned = plan_copy(copy_query(command));
    if (!planned) return in_copy_query(planned.error(), command);
    PreparedStatement& query = **planned;
    if (query.plan->kind() != engine::StatementKind::kSelect || !query.returns_rows()) {
        return Error{sqlstate::kFeatureNotSupported, "COPY is of SELECT and VALUES only"};
    }
    if (const Result<void> known = check_force_quote(command.format, query.fields); !known) return known.error();
    auto cursor = start(query, {}, false, true);
    if (!cursor) return cursor.error();
    const std::vector<pgproto::Format> formats(query.fields.size(), pgproto::Format::kText);
    const std::unique_ptr<RowStream> stream = open_stream(query, std::move(*cursor), formats);
    pgproto::write_copy_out_response(wire_.out(), pgproto::Format::kText, formats);
    CopyLines lines(command.format, query.fields);
    if (command.format.header != CopyHeader::kNone) lines.header(wire_.out(), query.fields);
    std::uint64_t sent = 0;
    pgproto::Buffer rows;
    for (;;) {
        const Result<const engine::Chunk*> chunk = stream->cursor->next();
        if (!chunk) return chunk.error();
        if (*chunk == nullptr) break;
        for (std::uint64_t row = 0; row < (*chunk)->rows;) {
            rows.clear();
            const auto next = stream->encoder.encode(**chunk, row, (*chunk)->rows, rows, Wire::kFlushBytes);
            if (!next) return next.error();
            row = *next;
            lines.append_rows(wire_.out(), rows);
            if (wire_.unsent() < Wire::kFlushBytes) continue;
            if (const Result<void> flushed = flush_rows(); !flushed) return flushed.error();
        }
        sent += (*chunk)->rows;
    }
    pgproto::write_copy_done(wire_.out());
    return "COPY " + std::to_string(sent);
}

Result<SessionImpl::Answer> SessionImpl::perform_one(const CopyCommand& command) {
    if (command.from) return Error{sqlstate::kInternalError, "COPY FROM was not resolved"};
    const Result<std::string> tag = copy_out(command);
    if (!tag) return tag.error();
    return Answer{*tag, {}};
}

}  // namespace smew::pgsession
