#pragma once
// An engine for tests: answers statements from a script and writes down what it was asked to do.

#include "engine/copy.hpp"
#include "engine/engine.hpp"
#include "sql/lexer.hpp"

#include <condition_variable>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace smew::pgsession::testing {

// Results of the fake have columns of int32 only. A row value of kNullValue is NULL.
inline constexpr std::int32_t kNullValue = INT32_MIN;

struct Script {
    engine::StatementKind kind = engine::StatementKind::kSelect;
    std::vector<std::string> columns;             // none: no rows
    std::vector<std::vector<std::int32_t>> rows;  // in chunks of `chunk_rows`
    std::size_t chunk_rows = 2;
    std::uint64_t affected = 0;
    bool constant = false;
    bool repeatable = true;
    std::vector<engine::TypeId> parameters;
    std::optional<Error> prepare_error, execute_error, late_error;  // late: after all rows
    bool waits = false;                                             // next() blocks until it is interrupted
};

inline engine::Type type_of(engine::TypeId id) {
    engine::Type type;
    type.id = id;
    return type;
}

// Shared by the fakes of one instance.
struct Stage {
    std::map<std::string, Script> scripts;
    std::vector<std::string> log;
    std::map<std::string, Error> internal_errors;  // by the SQL of run_internal
    std::vector<std::vector<engine::ParameterValue>> bound;
    std::deque<std::string> bound_texts;  // what TextValues pointed at, copied
    std::mutex mutex;
    std::condition_variable changed;
    bool waiting = false;
    CancelReason interrupted = CancelReason::kNone;
    bool broken = false;
    bool invalid = false;  // the transaction, by an error

    void note(std::string entry) { log.push_back(std::move(entry)); }
    std::vector<std::string> take_log() { return std::exchange(log, {}); }
};

class FakeCursor final : public engine::Cursor {
public:
    FakeCursor(Stage& stage, const Script& script)
        : stage_(stage), script_(script), type_(type_of(engine::TypeId::kInteger)) {}
    ~FakeCursor() override { stage_.note("close"); }

    Result<const engine::Chunk*> next() override {
        if (script_.waits) return wait();
        if (row_ == script_.rows.size() || script_.columns.empty()) {
            if (script_.late_error) return *script_.late_error;
            return nullptr;
        }
        const std::size_t count = std::min(script_.chunk_rows, script_.rows.size() - row_);
        const std::size_t width = script_.columns.size();
        values_.assign(width, std::vector<std::int32_t>(count));
        validity_.assign(width, std::vector<std::uint64_t>((count + 63) / 64, ~std::uint64_t{0}));
        chunk_.columns.assign(width, {});
        for (std::size_t c = 0; c < width; ++c) {
            for (std::size_t r = 0; r < count; ++r) {
                values_[c][r] = script_.rows[row_ + r][c];
                if (values_[c][r] == kNullValue) validity_[c][r / 64] &= ~(std::uint64_t{1} << (r % 64));
            }
            chunk_.columns[c].type = &type_;
            chunk_.columns[c].data = values_[c].data();
            chunk_.columns[c].validity = validity_[c].data();
        }
        chunk_.rows = count;
        row_ += count;
        return &chunk_;
    }
    std::uint64_t rows_affected() const override { return script_.affected; }

private:
    Error wait() {
        std::unique_lock lock(stage_.mutex);
        stage_.waiting = true;
        stage_.changed.notify_all();
        stage_.changed.wait(lock, [&] { return stage_.interrupted != CancelReason::kNone; });
        stage_.waiting = false;
        return error_for(stage_.interrupted);
    }

    Stage& stage_;
    const Script script_;
    engine::Type type_;
    engine::Chunk chunk_;
    std::vector<std::vector<std::int32_t>> values_;
    std::vector<std::vector<std::uint64_t>> validity_;
    std::size_t row_ = 0;
};

class FakePrepared final : public engine::Prepared {
public:
    FakePrepared(Stage& stage, std::string sql) : stage_(stage), sql_(std::move(sql)), script_(stage.scripts.at(sql_)) {
        for (const std::string& name : script_.columns) columns_.push_back({name, type_of(engine::TypeId::kInteger)});
        for (const engine::TypeId id : script_.parameters) parameters_.push_back(type_of(id));
    }
    engine::StatementKind kind() const override { return script_.kind; }
    bool constant() const override { return script_.constant; }
    bool repeatable() const override { return script_.repeatable; }
    bool returns_rows() const override { return !script_.columns.empty(); }
    const std::vector<engine::ResultColumn>& columns() const override { return columns_; }
    const std::vector<engine::Type>& parameter_types() const override { return parameters_; }
    Result<std::unique_ptr<engine::Cursor>> execute(std::span<const engine::ParameterValue> values) override {
        stage_.note("execute " + sql_);
        stage_.bound.emplace_back(values.begin(), values.end());
        for (engine::ParameterValue& value : stage_.bound.back()) {
            if (auto* text = std::get_if<engine::TextValue>(&value))
                text->text = stage_.bound_texts.emplace_back(text->text);
        }
        const Script& now = stage_.scripts.at(sql_);
        if (now.columns != script_.columns) {
            return Error{sqlstate::kFeatureNotSupported, "cached plan must not change result type"};
        }
        if (now.execute_error) {
            stage_.invalid = true;
            return *now.execute_error;
        }
        return std::unique_ptr<engine::Cursor>(std::make_unique<FakeCursor>(stage_, now));
    }

private:
    Stage& stage_;
    std::string sql_;
    Script script_;
    std::vector<engine::ResultColumn> columns_;
    std::vector<engine::Type> parameters_;
};

class FakeStatement final : public engine::Statement {
public:
    explicit FakeStatement(std::string text) : sql(std::move(text)) {}
    engine::StatementKind kind() const override { return engine::StatementKind::kSelect; }
    std::size_t parameter_count() const override { return 0; }
    bool constant() const override { return false; }
    const std::string sql;
};

// Rows of int32 columns, named by the script of the table's name. The text "bad" cannot be converted; a script's
// execute_error meets the INSERT.
class FakeBulkInsert final : public engine::BulkInsert {
public:
    FakeBulkInsert(Stage& stage, const engine::BulkTarget& target, const Script& script)
        : stage_(stage), table_(target.table), script_(script) {
        const auto& names = target.columns.empty() ? script.columns : target.columns;
        for (const std::string& name : names) columns_.push_back({name, type_of(engine::TypeId::kInteger)});
    }
    const std::vector<engine::ResultColumn>& columns() const override { return columns_; }
    std::vector<engine::RowFault> gather(std::span<const engine::TextField> fields, OnFault on_fault) override {
        std::vector<engine::RowFault> faults;
        for (std::size_t first = 0; first < fields.size(); first += columns_.size()) {
            const std::optional<engine::RowFault> fault = take(fields.subspan(first, columns_.size()));
            if (!fault) continue;
            faults.push_back(*fault);
            faults.back().row = first / columns_.size();
            if (on_fault == OnFault::kStop) break;
        }
        return faults;
    }
    std::vector<engine::RowFault> gather(std::span<const engine::ParameterValue> fields, OnFault) override {
        std::string row;
        for (const engine::ParameterValue& field : fields) {
            const auto* number = std::get_if<std::int32_t>(&field);
            row += number != nullptr ? "[" + std::to_string(*number) + "]" : "[NULL]";
        }
        gathered_.push_back(row);
        return {};
    }
    std::size_t gathered_rows() const override { return gathered_.size(); }
    Bytes gathered_bytes() const override { return {}; }
    Inserted insert() override {
        if (gathered_.empty()) return {0, std::nullopt};
        std::string entry = "insert " + table_ + " ";
        for (const std::string& row : gathered_) entry += row;
        stage_.note(entry);
        if (script_.execute_error) return {*script_.execute_error, 1};
        return {std::exchange(gathered_, {}).size(), std::nullopt};
    }

private:
    std::optional<engine::RowFault> take(std::span<const engine::TextField> fields) {
        std::string row;
        for (std::size_t i = 0; i < fields.size(); ++i) {
            if (fields[i] == "bad") return engine::RowFault{0, i, {sqlstate::kInvalidTextRepresentation, "no number"}};
            row += fields[i] ? "[" + std::string(*fields[i]) + "]" : "[NULL]";
        }
        gathered_.push_back(row);
        return std::nullopt;
    }

    Stage& stage_;
    const std::string table_;
    const Script script_;
    std::vector<engine::ResultColumn> columns_;
    std::vector<std::string> gathered_;
};

// Gives a script's late_error behind the bytes "PAR1".
class FakeFileStream final : public engine::FileStream {
public:
    explicit FakeFileStream(const Script& script) : script_(script) {}
    Result<std::optional<ByteSpan>> next() override {
        if (!std::exchange(begun_, true)) return std::optional(as_bytes("PAR1"));
        if (script_.late_error) return *script_.late_error;
        return std::optional<ByteSpan>();
    }
    std::uint64_t rows() const override { return script_.rows.size(); }

private:
    const Script script_;
    bool begun_ = false;
};

class FakeConnection final : public engine::Connection {
public:
    explicit FakeConnection(Stage& stage) : stage_(stage) {}

    Result<std::vector<std::unique_ptr<engine::Statement>>> parse(std::string_view sql) override {
        std::vector<std::unique_ptr<engine::Statement>> statements;
        for (const std::string_view one : sql::split_statements(sql)) {
            if (!stage_.scripts.contains(std::string(one))) {
                return Error{sqlstate::kSyntaxError, "no script for: " + std::string(one), "", "", 1};
            }
            statements.push_back(std::make_unique<FakeStatement>(std::string(one)));
        }
        return statements;
    }
    Result<std::unique_ptr<engine::Prepared>> prepare(std::unique_ptr<engine::Statement> statement,
                                                      std::span<const std::uint32_t>) override {
        const std::string sql = static_cast<FakeStatement&>(*statement).sql;
        stage_.note("prepare " + sql);
        if (const auto& error = stage_.scripts.at(sql).prepare_error) return *error;
        return std::unique_ptr<engine::Prepared>(std::make_unique<FakePrepared>(stage_, sql));
    }
    Result<std::unique_ptr<engine::BulkInsert>> bulk_insert(const engine::BulkTarget& target) override {
        const auto script = stage_.scripts.find(target.table);
        if (script == stage_.scripts.end()) return Error{sqlstate::kUndefinedTable, "no table"};
        stage_.note("bulk " + target.table + (target.where.empty() ? "" : " where " + target.where));
        return std::unique_ptr<engine::BulkInsert>(std::make_unique<FakeBulkInsert>(stage_, target, script->second));
    }
    Result<std::unique_ptr<engine::FileStream>> write_file(std::unique_ptr<engine::Statement> query,
                                                           const engine::FileFormat& format) override {
        const std::string sql = static_cast<FakeStatement&>(*query).sql;
        std::string entry = format.name + " " + sql;
        for (const auto& option : format.options) entry += " " + option.name + "=" + option.value;
        stage_.note(entry);
        if (const auto& error = stage_.scripts.at(sql).prepare_error) return *error;
        return std::unique_ptr<engine::FileStream>(std::make_unique<FakeFileStream>(stage_.scripts.at(sql)));
    }
    Result<void> run_internal(std::string_view sql) override {
        stage_.note(std::string(sql));
        const auto failing = stage_.internal_errors.find(std::string(sql));
        if (sql.starts_with("BEGIN")) open_ = true;
        if (sql == "COMMIT" || sql == "ROLLBACK") open_ = stage_.invalid = false;
        if (failing != stage_.internal_errors.end()) return failing->second;
        return {};
    }
    bool in_transaction() const override { return open_; }
    bool transaction_usable() const override { return open_ && !stage_.invalid; }
    void restore_after_read() override { stage_.invalid = false; }
    Result<void> restart_transaction(bool read_only) override {
        stage_.note("RESTART");
        stage_.invalid = false;
        return run_internal(read_only ? "BEGIN TRANSACTION READ ONLY" : "BEGIN TRANSACTION");
    }
    void interrupt(CancelReason reason) override {
        const std::lock_guard lock(stage_.mutex);
        if (stage_.interrupted == CancelReason::kNone) stage_.interrupted = reason;
        stage_.changed.notify_all();
    }
    void statement_begins() override {
        const std::lock_guard lock(stage_.mutex);
        stage_.interrupted = CancelReason::kNone;
    }
    void statement_ends() override {}
    Result<void> set_search_path(const std::vector<std::string>& schemas) override {
        std::string entry = "path";
        for (const std::string& schema : schemas) entry += " " + schema;
        stage_.note(entry);
        return {};
    }
    void set_dialect(engine::Dialect dialect) override {
        stage_.note(dialect == engine::Dialect::kDuckDb ? "dialect duckdb" : "dialect postgres");
    }
    Result<void> set_time_zone(std::string_view zone) override {
        stage_.note("zone " + std::string(zone));
        return {};
    }

private:
    Stage& stage_;
    bool open_ = false;
};

class FakeInstance final : public engine::Instance {
public:
    explicit FakeInstance(Stage& stage) : stage_(stage) {}
    Result<std::unique_ptr<engine::Connection>> connect(engine::SessionFacts&) override {
        return std::unique_ptr<engine::Connection>(std::make_unique<FakeConnection>(stage_));
    }
    Result<void> checkpoint() override { return {}; }
    Bytes memory_used() const override { return {}; }
    bool broken() const override { return stage_.broken; }
    Result<void> set_memory_limit(Bytes) override { return {}; }
    void set_temp_limit(Bytes) override {}
    void forget_dead_buffers() override {}
    void give_memory_back() override {}
    Bytes free_space() const override { return {}; }

private:
    Stage& stage_;
};

}  // namespace smew::pgsession::testing
