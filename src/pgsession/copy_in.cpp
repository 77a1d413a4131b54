#include "pgsession/copy_in.hpp"

#include "pgsession/type_map.hpp"

#include <algorithm>

namespace smew::pgsession {
namespace {

// A vector of the engine's at once, or what fits into its cache.
constexpr std::size_t kReadRows = 2'048;
constexpr std::size_t kReadBytes = 1U << 20;
// Measured: larger inserts are no faster.
constexpr std::size_t kInsertRows = 20 * kReadRows;
constexpr Bytes kInsertBytes{8U << 20};

engine::BulkTarget target_of(const CopyCommand& command, std::vector<std::string> columns) {
    return {.table = command.table, .columns = std::move(columns), .where = command.where};
}

CopyReader::Rules rules_of(const CopyFormat& format, const std::vector<engine::ResultColumn>& columns) {
    CopyReader::Rules rules;
    for (const engine::ResultColumn& column : columns) {
        if (format.force_null.any()) rules.force_null.push_back(format.force_null.has(column.name));
        if (format.force_not_null.any()) rules.force_not_null.push_back(format.force_not_null.has(column.name));
    }
    return rules;
}

Result<void> check_choice(const ColumnChoice& choice, const CopyCommand& command,
                          const std::vector<engine::ResultColumn>& columns, std::string_view option) {
    for (const std::string& name : choice.names) {
        if (std::ranges::find(columns, name, &engine::ResultColumn::name) != columns.end()) continue;
        if (!command.columns.empty())
            return Error{Sqlstate("42P10"), std::string(option) + " column \"" + name + "\" not referenced by COPY"};
        return Error{sqlstate::kUndefinedColumn,
                     "column \"" + name + "\" of relation \"" + command.relation + "\" does not exist"};
    }
    return {};
}

}  // namespace

std::string always_quoted(std::string_view name) {
    std::string quoted = "\"";
    for (const char c : name) quoted += c == '"' ? "\"\"" : std::string(1, c);
    return quoted + '"';
}

Result<std::unique_ptr<CopyIn>> CopyIn::begin(engine::Connection& connection, const CopyCommand& command) {
    auto bulk = connection.bulk_insert(target_of(command, command.columns));
    if (!bulk) return bulk.error();
    const auto& columns = (*bulk)->columns();
    const CopyFormat& format = command.format;
    if (auto known = check_choice(format.force_not_null, command, columns, "FORCE_NOT_NULL"); !known)
        return known.error();
    if (auto known = check_choice(format.force_null, command, columns, "FORCE_NULL"); !known) return known.error();
    return std::unique_ptr<CopyIn>(new CopyIn(connection, command, *std::move(bulk)));
}

CopyIn::CopyIn(engine::Connection& connection, const CopyCommand& command, std::unique_ptr<engine::BulkInsert> all)
    : connection_(connection),
      command_(command),
      text_(command.format, rules_of(command.format, all->columns())),
      tuples_(all->columns().size()),
      header_due_(command.format.header != CopyHeader::kNone) {
    for (const engine::ResultColumn& column : all->columns()) {
        names_.push_back(column.name);
        oids_.push_back(wire_type_of(column.type).oid);
    }
    bulk_ = all.get();
    bulks_.emplace(std::vector<bool>(), std::move(all));
}

Result<void> CopyIn::take(ByteSpan data) {
    if (binary()) {
        tuples_.feed(data);
        return read_binary();
    }
    text_.feed(data);
    return read_text();
}

Result<std::uint64_t> CopyIn::finish() {
    text_.finish();
    tuples_.finish();
    if (const Result<void> read = binary() ? read_binary() : read_text(); !read) return read.error();
    if (const Result<void> gathered = gather(); !gathered) return gathered.error();
    if (const Result<void> inserted = insert(); !inserted) return inserted.error();
    if (skipped_ > 0 && command_.format.log != CopyLog::kSilent) notices_.push_back(skipped_rows(skipped_));
    return inserted_;
}

// ---------------------------------------------------------------- reading

Result<void> CopyIn::read_text() {
    for (;;) {
        const std::size_t first_field = text_.fields();
        const Result<bool> read = text_.next();
        if (!read) return refuse(read.error(), here());
        if (!*read) return {};
        if (header_due_) {
            header_due_ = false;
            const Result<void> checked = check_header();
            text_.clear();
            if (!checked) return checked;
            continue;
        }
        if (const Result<void> added = add_text_row(first_field); !added) return added;
        if (rows_.size() < kReadRows && text_.bytes() < kReadBytes) continue;
        if (const Result<void> gathered = gather(); !gathered) return gathered;
    }
}

Result<void> CopyIn::add_text_row(std::size_t first_field) {
    const std::size_t count = text_.fields() - first_field, width = columns();
    Row row{text_.line(), text_.place().value_or(CopyReader::Place{}), {}};
    if (count > width) return refuse(malformed_copy("extra data after last expected column"), here());
    if (count < width) return refuse_short_row(first_field);
    if (command_.format.default_marker) {
        for (std::size_t i = 0; i < width; ++i)
            row.defaults.push_back(text_.kind(first_field + i) == CopyReader::Kind::kDefault);
        if (std::ranges::count(row.defaults, true) == 0) row.defaults.clear();
    }
    rows_.push_back(std::move(row));
    return {};
}

// PostgreSQL converts the values there are before it misses the next.
Result<void> CopyIn::refuse_short_row(std::size_t first_field) {
    const std::size_t count = text_.fields() - first_field;
    fields_.clear();
    for (std::size_t i = 0; i < columns(); ++i)
        fields_.push_back(i < count ? text_[first_field + i] : engine::TextField());
    auto scratch = connection_.bulk_insert(target_of(command_, command_.columns));
    if (!scratch) return scratch.error();
    const auto faults = (*scratch)->gather(fields_, engine::BulkInsert::OnFault::kStop);
    if (faults.empty() || !faults.front().column || *faults.front().column >= count)
        return refuse(malformed_copy("missing data for column \"" + names_[count] + "\""), here());
    CopyPlace place = here();
    place.column = names_[*faults.front().column];
    place.value = fields_[*faults.front().column];
    return refuse(faults.front().error, place);
}

Result<void> CopyIn::check_header() {
    if (command_.format.header != CopyHeader::kMatch) return {};
    const std::size_t count = text_.fields();
    if (count != columns()) {
        return located(malformed_copy("wrong number of fields in header line: got " + std::to_string(count) +
                                      ", expected " + std::to_string(columns())),
                       here());
    }
    for (std::size_t i = 0; i < count; ++i) {
        const auto name = text_[i];
        if (name == names_[i]) continue;
        const std::string got =
            name ? "got \"" + std::string(*name) + "\"" : "got null value (\"" + command_.format.null + "\")";
        return located(malformed_copy("column name mismatch in header line field " + std::to_string(i + 1) + ": " +
                                      got + ", expected \"" + names_[i] + "\""),
                       here());
    }
    return {};
}

Result<void> CopyIn::read_binary() {
    for (;;) {
        const Result<bool> read = tuples_.next();
        // Before the first tuple there is no line to speak of.
        if (!read && tuples_.tuple() == 0) return read.error();
        if (!read) return refuse(read.error(), at_line(tuples_.tuple()));
        if (!*read) break;
        if (const Result<void> decoded = decode_tuple(); !decoded) return decoded;
        if (rows_.size() < kReadRows) continue;
        if (const Result<void> gathered = gather(); !gathered) return gathered;
    }
    return gather();  // the values are where the reader keeps what it was fed
}

Result<void> CopyIn::decode_tuple() {
    for (std::size_t i = 0; i < columns(); ++i) {
        const auto& field = tuples_.fields()[i];
        if (!field) {
            values_.emplace_back(engine::Null{});
            continue;
        }
        auto value = decode_parameter(oids_[i], pgproto::Format::kBinary, *field, 0, owned_);
        if (!value) {
            values_.resize(rows_.size() * columns());
            CopyPlace place = at_line(tuples_.tuple());
            place.column = names_[i];
            return refuse(value.error(), place);
        }
        values_.push_back(std::move(*value));
    }
    rows_.push_back({.line = tuples_.tuple()});
    return {};
}

// ---------------------------------------------------------------- gathering

Result<void> CopyIn::gather() {
    Result<void> done;
    if (binary()) {
        if (!rows_.empty()) done = judge(bulk_->gather(values_, engine::BulkInsert::OnFault::kStop), 0, rows_.size());
    } else {
        for (std::size_t first = 0, last = 0; done && first < rows_.size(); first = last) {
            for (last = first + 1; last < rows_.size() && rows_[last].defaults == rows_[first].defaults;) ++last;
            done = gather_text_run(first, last);
        }
    }
    rows_.clear();
    values_.clear();
    owned_.clear();
    text_.clear();
    if (!done) return done;
    if (bulk_->gathered_rows() < kInsertRows && bulk_->gathered_bytes().count < kInsertBytes.count) return {};
    return insert();
}

// Rows that leave the same columns to their defaults.
Result<void> CopyIn::gather_text_run(std::size_t first, std::size_t last) {
    const std::vector<bool>& defaults = rows_[first].defaults;
    if (const Result<void> chosen = choose(defaults); !chosen) return chosen;
    fields_.clear();
    for (std::size_t row = first; row < last; ++row) {
        for (std::size_t column = 0; column < columns(); ++column) {
            if (defaults.empty() || !defaults[column]) fields_.push_back(text_[row * columns() + column]);
        }
    }
    using OnFault = engine::BulkInsert::OnFault;
    const OnFault on_fault = command_.format.skip_errors ? OnFault::kSkip : OnFault::kStop;
    return judge(bulk_->gather(fields_, on_fault), first, last);
}

// Rows keep their order, so the others go first.
Result<void> CopyIn::choose(const std::vector<bool>& defaults) {
    auto& bulk = bulks_[defaults];
    if (!bulk) {
        std::vector<std::string> filled;
        for (std::size_t i = 0; i < columns(); ++i) {
            if (!defaults[i]) filled.push_back(names_[i]);
        }
        if (filled.empty()) {
            return Error{sqlstate::kFeatureNotSupported, "COPY of a row with nothing but defaults is not supported"};
        }
        auto fresh = connection_.bulk_insert(target_of(command_, std::move(filled)));
        if (!fresh) return fresh.error();
        bulk = *std::move(fresh);
    }
    if (bulk.get() == bulk_) return {};
    if (const Result<void> inserted = insert(); !inserted) return inserted;
    bulk_ = bulk.get();
    return {};
}

// Which of COPY's columns that one of those filled is.
std::size_t CopyIn::column_of(std::size_t row, std::size_t filled) const {
    const std::vector<bool>& defaults = rows_[row].defaults;
    std::size_t column = filled;
    for (std::size_t i = 0; i < defaults.size() && i <= column; ++i) column += defaults[i] ? 1 : 0;
    return column;
}

// What became of rows [first, last).
Result<void> CopyIn::judge(const std::vector<engine::RowFault>& faults, std::size_t first, std::size_t last) {
    auto fault = faults.begin();
    for (std::size_t row = first; row < last; ++row) {
        if (fault == faults.end() || fault->row != row - first) {
            lines_.push_back(rows_[row].line);
            continue;
        }
        if (!command_.format.skip_errors || !fault->column) {
            Error error =
                located(fault->error, fault->column ? at_value(row, column_of(row, *fault->column)) : at_row(row));
            if (Result<void> inserted = insert(); !inserted) return inserted;
            return error;
        }
        if (const Result<void> skipped = skip(row, column_of(row, *fault->column)); !skipped) return skipped;
        ++fault;
    }
    return {};
}

Result<void> CopyIn::skip(std::size_t row, std::size_t column) {
    ++skipped_;
    const CopyPlace place = at_value(row, column);
    if (command_.format.log == CopyLog::kVerbose) notices_.push_back(skipped_row(place));
    if (!command_.format.reject_limit || skipped_ <= *command_.format.reject_limit) return {};
    return located({sqlstate::kInvalidTextRepresentation, "skipped more than REJECT_LIMIT (" +
                                                              std::to_string(*command_.format.reject_limit) +
                                                              ") rows due to data type incompatibility"},
                   place);
}

CopyPlace CopyIn::here() const {
    CopyPlace place = at_line(text_.line());
    if (text_.place()) place.value = text_.text(*text_.place());
    return place;
}

CopyPlace CopyIn::at_row(std::size_t row) const {
    CopyPlace place = at_line(rows_[row].line);
    if (!binary()) place.value = text_.text(rows_[row].place);
    return place;
}

CopyPlace CopyIn::at_value(std::size_t row, std::size_t column) const {
    CopyPlace place = at_line(rows_[row].line);
    place.column = names_[column];
    if (!binary()) place.value = text_[row * columns() + column];
    place.null_input = !binary() && !place.value;
    return place;
}

// ---------------------------------------------------------------- inserting

Result<void> CopyIn::insert() {
    const engine::BulkInsert::Inserted inserted = bulk_->insert();
    if (inserted.rows) {
        inserted_ += *inserted.rows;
        lines_.clear();
        return {};
    }
    Error error = inserted.rows.error();
    error.position = 0;
    if (inserted.row && *inserted.row < lines_.size()) return located(std::move(error), at_line(lines_[*inserted.row]));
    if (lines_.empty()) return error;
    error.context = "COPY " + command_.relation + ", lines " + std::to_string(lines_.front()) + " to " +
                    std::to_string(lines_.back());
    return error;
}

Error CopyIn::after_inserting(Error error) {
    if (const Result<void> gathered = gather(); !gathered) return gathered.error();
    if (const Result<void> inserted = insert(); !inserted) return inserted.error();
    return error;
}

}  // namespace smew::pgsession
