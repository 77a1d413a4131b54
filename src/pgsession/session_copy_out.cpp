// COPY … TO STDOUT: a query's rows as text, CSV or binary tuples, or as a file that the engine writes.
#include "pgsession/copy_encoder.hpp"
#include "pgsession/session_impl.hpp"

#include <algorithm>

namespace smew::pgsession {
namespace {

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

Result<void> check_force_quote(const CopyCommand& command, const std::vector<engine::ResultColumn>& columns) {
    for (const std::string& name : command.format.force_quote.names) {
        if (std::ranges::count(columns, name, &engine::ResultColumn::name) > 0) continue;
        const std::string owner = command.query.empty() ? " of relation \"" + command.relation + "\"" : "";
        return Error{sqlstate::kUndefinedColumn, "column \"" + name + "\"" + owner + " does not exist"};
    }
    return {};
}

Error not_a_query() {
    return {sqlstate::kFeatureNotSupported, "COPY is of SELECT and VALUES only"};
}

void begin_copy_out(pgproto::Buffer& out, std::size_t columns, bool binary) {
    const pgproto::Format format = binary ? pgproto::Format::kBinary : pgproto::Format::kText;
    pgproto::write_copy_out_response(out, format, std::vector<pgproto::Format>(columns, format));
}

}  // namespace

Result<std::unique_ptr<engine::Statement>> SessionImpl::parse_copy(const std::string& sql) {
    tell_dialect();
    auto parsed = connection_->parse(sql);
    if (!parsed) return parsed.error();
    if (parsed->size() != 1) return Error{sqlstate::kSyntaxError, "COPY takes one query"};
    begin_statement();
    if (const Result<void> entered = enter_engine(); !entered) return entered.error();
    return std::move(parsed->front());
}

Result<std::string> SessionImpl::copy_out(const CopyCommand& command) {
    auto parsed = parse_copy(copy_query(command));
    if (!parsed) return in_copy_query(parsed.error(), command);
    if (command.format.file) return copy_file_out(command, *std::move(parsed));
    Result<StatementPtr> planned = make_plan(copy_query(command), *std::move(parsed), {});
    if (!planned) return in_copy_query(planned.error(), command);
    PreparedStatement& query = **planned;
    if (query.plan->kind() != engine::StatementKind::kSelect || !query.returns_rows()) return not_a_query();
    if (const auto known = check_force_quote(command, query.plan->columns()); !known) return known.error();
    auto cursor = start(query, {}, false, true);
    if (!cursor) return cursor.error();
    const Result<std::uint64_t> sent = send_copy_rows(command.format, query, **cursor);
    if (!sent) return sent.error();
    delivered_.rows = *sent;
    return "COPY " + std::to_string(*sent);
}

Result<std::uint64_t> SessionImpl::send_copy_rows(const CopyFormat& format, const PreparedStatement& query,
                                                  engine::Cursor& cursor) {
    const auto& columns = query.plan->columns();
    const std::shared_ptr<const TimeZone> zone = settings_.zone();  // which the encoder uses
    const auto encoder = copy_encoder_for(format, columns, settings_.value_format());
    begin_copy_out(wire_.out(), columns.size(), format.binary);
    encoder->begin(wire_.out());
    for (std::uint64_t sent = 0;;) {
        const Result<const engine::Chunk*> chunk = cursor.next();
        if (!chunk) return chunk.error();
        if (*chunk == nullptr) {
            encoder->end(wire_.out());
            pgproto::write_copy_done(wire_.out());
            return sent;
        }
        recorder_.rows((*chunk)->rows);
        for (std::uint64_t row = 0; row < (*chunk)->rows;) {
            const auto next = encoder->encode(**chunk, row, (*chunk)->rows, wire_.out(), wire_.flush_mark());
            if (!next) return next.error();
            row = *next;
            if (wire_.unsent() < Wire::kFlushBytes) continue;
            if (const Result<void> flushed = flush_rows(); !flushed) return flushed.error();
        }
        sent += (*chunk)->rows;
    }
}

Result<std::string> SessionImpl::copy_file_out(const CopyCommand& command, std::unique_ptr<engine::Statement> query) {
    if (query->kind() != engine::StatementKind::kSelect) return not_a_query();
    if (const auto admitted = block_.admit(query->kind(), false); !admitted) return admitted.error();
    auto file = connection_->write_file(std::move(query), *command.format.file);
    if (!file) return in_copy_query(file.error(), command);
    // The file's bytes are no columns, but a client may want to hear of one.
    begin_copy_out(wire_.out(), 1, true);
    for (;;) {
        const Result<std::optional<ByteSpan>> bytes = (*file)->next();
        if (!bytes) return bytes.error();
        if (!*bytes) break;
        pgproto::write_copy_data(wire_.out(), **bytes);
        if (wire_.unsent() < Wire::kFlushBytes) continue;
        if (const Result<void> flushed = flush_rows(); !flushed) return flushed.error();
    }
    pgproto::write_copy_done(wire_.out());
    recorder_.rows((*file)->rows());
    return "COPY " + std::to_string((*file)->rows());
}

Result<SessionImpl::Answer> SessionImpl::perform_one(const CopyCommand& command) {
    if (command.from) return Error{sqlstate::kInternalError, "COPY FROM was not resolved"};
    const Result<std::string> tag = copy_out(command);
    if (!tag) return tag.error();
    return Answer{*tag, {}};
}

}  // namespace smew::pgsession
