// NDJSON files: one object a line. Keys are matched with columns like the header of a CSV file; a key that a line does
// not have is NULL. All lines are looked at for their keys and types before rows are loaded, since any line may bring
// new ones. DuckDB reads numbers beyond 64 bits as DOUBLE: exact ones have to be strings.

#include "engine/duckdb_instance.hpp"
#include "engine/loader_source.hpp"
#include "engine/loader_sql.hpp"
#include "engine/loader_typed_rows.hpp"

namespace smew::engine::loader {
namespace {

constexpr const char* kIsObject = "json_type(json) = 'OBJECT'";

// "/a~1b": a JSON pointer to the member of that name (RFC 6901), which no character of the name can break out of.
std::string pointer(std::string_view key) {
    std::string out = "/";
    for (const char c : key) {
        if (c == '~') {
            out += "~0";
        } else if (c == '/') {
            out += "~1";
        } else {
            out += c;
        }
    }
    return out;
}

bool is_nested(std::string_view type) {
    return type.ends_with("]") || type.starts_with("STRUCT") || type.starts_with("MAP") || type.starts_with("UNION") ||
           type == "JSON" || type == "VARIANT";
}

class NdjsonSource final : public Source {
public:
    NdjsonSource(JobDatabase& database, const link::ImportJob& job, const Table* table)
        : database_(database), job_(job), table_(table) {}

    Result<void> open() {
        auto empty = is_empty();
        if (!empty) return empty.error();
        if (*empty) return table_ == nullptr ? Result<void>(empty_file()) : Result<void>();
        if (auto found = table_ == nullptr ? guess_columns() : match_keys(); !found) return found;
        rows_.slow = objects();
        rows_.whole = kIsObject;
        return {};
    }

    const std::vector<link::ColumnSpec>& columns() const override { return table_ ? table_->columns : described_; }
    const Rejections& rejections() const override { return rejections_; }

    Result<std::uint64_t> load_into(std::string_view target) override {
        if (rows_.fast.empty()) return std::uint64_t{0};
        auto loaded = load_typed_rows(database_, rows_, columns(), target, job_.max_rejected, rejections_);
        return loaded ? loaded : Result<std::uint64_t>(unreadable(loaded.error()));
    }

private:
    std::string options() const {
        return sql_literal(job_.source_file) +
               ", hive_partitioning=false, compression=" + sql_literal(compression_name(job_.compression));
    }

    // While columns are looked for, bad lines are passed over (they read as NULL); loading finds and reports them.
    std::string guessing_reader(bool past_bad_lines) const {
        return "read_json(" + options() + ", format='newline_delimited', records=true, sample_size=-1, ignore_errors=" +
               (past_bad_lines ? "true)" : "false)");
    }

    std::string typed_reader(const std::vector<std::string>& keys) const {
        std::string types;
        for (std::size_t i = 0; i < keys.size(); ++i) {
            types += (types.empty() ? "" : ", ") + sql_literal(keys[i]) + ": " +
                     sql_literal(table_->columns[rows_.fields[i].column].type);
        }
        return "read_json(" + options() + ", format='newline_delimited', records=true, auto_detect=false, columns={" +
               types + "})";
    }

    std::string objects() const { return "read_ndjson_objects(" + options() + ", ignore_errors=true)"; }

    // A new table has a column for each key, of a type that all its values have.
    Result<void> guess_columns() {
        auto described = database_.describe("SELECT * FROM " + guessing_reader(true));
        if (!described) return unreadable(described.error());
        described_ = described_columns(*described);
        for (std::size_t i = 0; i < described->size(); ++i) add_field((*described)[i].name, i);
        rows_.fast = guessing_reader(false);
        return {};
    }

    Result<void> match_keys() {
        auto found = database_.query("SELECT DISTINCT unnest(json_keys(json)) AS key FROM " + objects() + " WHERE " +
                                     kIsObject + " ORDER BY key");
        if (!found) return unreadable(found.error());
        std::vector<std::string> keys;
        for (const Row& row : *found) keys.push_back(row[0].value_or(""));
        auto places = match_columns(keys, *table_);
        if (!places) return places.error();
        for (std::size_t i = 0; i < keys.size(); ++i) add_field(keys[i], (*places)[i]);
        rows_.fast = typed_reader(keys);
        return {};
    }

    Result<bool> is_empty() {
        auto first = database_.query("SELECT 1 FROM " + objects() + " LIMIT 1");
        if (!first) return unreadable(first.error());
        return first->empty();
    }

    void add_field(const std::string& key, std::size_t place) {
        const std::string& type = columns()[place].type;
        const std::string at = sql_literal(pointer(key));
        const std::string text = "json_extract_string(json, " + at + ")";
        const std::string value = is_nested(type) ? "json_extract(json, " + at + ")" : text;
        rows_.fields.push_back({.column = place,
                                .strict = sql_identifier(key),
                                .raw = text,
                                .lenient = "TRY_CAST(" + value + " AS " + type + ")"});
    }

    static Error unreadable(const Error& error) {
        if (error.code != sqlstate::kInvalidParameterValue && error.code.error_class() != "42") return error;
        if (error.code == sqlstate::kUndefinedColumn || error.code == sqlstate::kDuplicateColumn) return error;
        return Error{sqlstate::kBadCopyFileFormat, "the file cannot be read as NDJSON: " + error.message, "",
                     "Each line must hold one JSON object, in UTF-8 without a byte order mark."};
    }

    JobDatabase& database_;
    const link::ImportJob& job_;
    const Table* table_;
    std::vector<link::ColumnSpec> described_;
    TypedRows rows_;
    Rejections rejections_;
};

}  // namespace

Result<std::unique_ptr<Source>> open_ndjson(JobDatabase& database, const link::ImportJob& job, const Table* table) {
    auto source = std::make_unique<NdjsonSource>(database, job, table);
    if (auto opened = source->open(); !opened) return opened.error();
    return std::unique_ptr<Source>(std::move(source));
}

}  // namespace smew::engine::loader
