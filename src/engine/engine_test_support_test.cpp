#include "engine/engine_test_support.hpp"

#include "engine/duckdb_instance.hpp"

#include <duckdb.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

namespace smew::engine::test {
namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
    return out;
}

std::filesystem::path fresh_directory() {
    std::string pattern = std::filesystem::temp_directory_path() / "smew_engine_XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
    return std::filesystem::canonical(pattern);
}

std::string list_text(const ColumnView& list, std::uint64_t row) {
    const ListEntry entry = list.at<ListEntry>(row);
    std::string out = "[";
    for (std::uint64_t i = 0; i < entry.length; ++i)
        out += (i > 0 ? ", " : "") + text_of(list.children[0], entry.offset + i);
    return out + "]";
}

std::string array_text(const ColumnView& array, std::uint64_t row) {
    std::string out = "[";
    const std::uint64_t size = array.type->array_size;
    for (std::uint64_t i = 0; i < size; ++i) out += (i > 0 ? ", " : "") + text_of(array.children[0], row * size + i);
    return out + "]";
}

std::string struct_text(const ColumnView& fields, std::uint64_t row) {
    std::string out = "{";
    for (std::size_t i = 0; i < fields.children.size(); ++i) {
        out += (i > 0 ? ", " : "") + fields.type->field_names[i] + ": " + text_of(fields.children[i], row);
    }
    return out + "}";
}

std::string union_text(const ColumnView& members, std::uint64_t row) {
    const std::uint8_t tag = members.children[0].at<std::uint8_t>(row);
    return members.type->field_names[tag] + "=" + text_of(members.children[tag + 1U], row);
}

std::string enum_text(const ColumnView& column, std::uint64_t row) {
    const std::size_t count = column.type->enum_values.size();
    if (count <= 255) return column.type->enum_values[column.at<std::uint8_t>(row)];
    if (count <= 65535) return column.type->enum_values[column.at<std::uint16_t>(row)];
    return column.type->enum_values[column.at<std::uint32_t>(row)];
}

std::string decimal_text(const ColumnView& column, std::uint64_t row) {
    const std::uint8_t width = column.type->width;
    if (width <= 4) return std::to_string(column.at<std::int16_t>(row));
    if (width <= 9) return std::to_string(column.at<std::int32_t>(row));
    if (width <= 18) return std::to_string(column.at<std::int64_t>(row));
    return std::to_string(column.at<HugeInt>(row).lower);
}

std::string huge_text(std::uint64_t upper, std::uint64_t lower) {
    return std::to_string(upper) + ":" + std::to_string(lower);
}

}  // namespace

Result<std::optional<ResolvedTable>> FakeProject::resolve(std::string_view schema, std::string_view table) {
    const std::lock_guard lock(mutex_);
    ++questions_;
    if (error_) return *error_;
    auto found = tables_.find({lower(schema), lower(table)});
    if (found == tables_.end() && lower(table) == "data") {
        found = std::find_if(tables_.begin(), tables_.end(), [&](const auto& entry) {
            return entry.first.first + "_" + entry.first.second == lower(schema);
        });
    }
    if (found == tables_.end()) return std::optional<ResolvedTable>();
    ResolvedTable resolved = found->second;
    if (once_) resolved.file = *std::exchange(once_, std::nullopt);
    return std::optional(resolved);
}

bool FakeProject::is_project_schema(std::string_view schema) {
    const std::lock_guard lock(mutex_);
    return std::any_of(tables_.begin(), tables_.end(),
                       [&](const auto& entry) { return entry.first.first == lower(schema); });
}

Result<std::shared_ptr<const ProjectCatalog>> FakeProject::list() {
    const std::lock_guard lock(mutex_);
    if (error_) return *error_;
    return catalog_;
}

void FakeProject::describe(ProjectCatalog catalog) {
    const std::lock_guard lock(mutex_);
    catalog_ = std::make_shared<const ProjectCatalog>(std::move(catalog));
    ++generation_;
}

std::uint64_t FakeProject::generation() const {
    const std::lock_guard lock(mutex_);
    return generation_;
}

void FakeProject::set(const std::string& schema, const std::string& table, std::string file, std::int64_t version_id) {
    const std::lock_guard lock(mutex_);
    tables_[{lower(schema), lower(table)}] = {std::move(file), version_id};
    ++generation_;
}

void FakeProject::remove(const std::string& schema, const std::string& table) {
    const std::lock_guard lock(mutex_);
    tables_.erase({lower(schema), lower(table)});
    ++generation_;
}

void FakeProject::answer_once(std::string file) {
    const std::lock_guard lock(mutex_);
    once_ = std::move(file);
}

void FakeProject::fail_with(std::optional<Error> error) {
    const std::lock_guard lock(mutex_);
    error_ = std::move(error);
}

int FakeProject::questions() const {
    const std::lock_guard lock(mutex_);
    return questions_;
}

std::optional<std::string> FixedFacts::setting(std::string_view name) const {
    const auto found = settings_.find(name);
    return found == settings_.end() ? std::nullopt : std::optional(found->second);
}

Result<std::string> FixedFacts::set_setting(std::string_view name, const std::optional<std::string>& value, Scope) {
    return settings_[std::string(name)] = value.value_or("");
}

Workspace::Workspace(const std::string& database, Bytes memory, std::uint32_t threads) : directory_(fresh_directory()) {
    std::filesystem::create_directories(directory_ / "versions");
    std::filesystem::create_directories(directory_ / "temp");
    InstanceOptions options;
    options.database_file = directory_ / database;
    options.temp_dir = directory_ / "temp";
    options.versions_dir = directory_ / "versions";
    options.memory_limit = memory;
    options.temp_limit = {1U << 30};
    options.threads = threads;
    instance_ = Instance::open(options, project_).value();
    connection_ = instance_->connect(facts_).value();
}

Workspace::~Workspace() {
    connection_.reset();
    instance_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
}

std::string Workspace::version_file(std::int64_t id) const {
    return directory_ / "versions" / ("v" + std::to_string(id) + ".duckdb");
}

void Workspace::publish(const std::string& schema, const std::string& table, std::int64_t id,
                        const std::string& select) {
    {
        duckdb::DuckDB file(version_file(id));
        duckdb::Connection writer(file);
        run_sql(writer, "CREATE TABLE main.data AS " + select).value();
        run_sql(writer, "CHECKPOINT").value();
    }
    project_.set(schema, table, version_file(id), id);
}

std::unique_ptr<Connection> Workspace::connect() {
    return instance_->connect(facts_).value();
}

std::string text_of(const ColumnView& column, std::uint64_t row) {
    if (!column.valid(row)) return "NULL";
    switch (column.type->id) {
        case TypeId::kBoolean:
            return column.at<std::uint8_t>(row) != 0 ? "true" : "false";
        case TypeId::kTinyInt:
            return std::to_string(column.at<std::int8_t>(row));
        case TypeId::kSmallInt:
            return std::to_string(column.at<std::int16_t>(row));
        case TypeId::kInteger:
        case TypeId::kDate:
            return std::to_string(column.at<std::int32_t>(row));
        case TypeId::kUTinyInt:
            return std::to_string(column.at<std::uint8_t>(row));
        case TypeId::kUSmallInt:
            return std::to_string(column.at<std::uint16_t>(row));
        case TypeId::kUInteger:
            return std::to_string(column.at<std::uint32_t>(row));
        case TypeId::kUBigInt:
        case TypeId::kTimeTz:
            return std::to_string(column.at<std::uint64_t>(row));
        case TypeId::kBigInt:
        case TypeId::kTime:
        case TypeId::kTimeNs:
        case TypeId::kTimestamp:
        case TypeId::kTimestampSec:
        case TypeId::kTimestampMs:
        case TypeId::kTimestampNs:
        case TypeId::kTimestampTz:
            return std::to_string(column.at<std::int64_t>(row));
        case TypeId::kHugeInt:
        case TypeId::kUuid:
            return huge_text(static_cast<std::uint64_t>(column.at<HugeInt>(row).upper), column.at<HugeInt>(row).lower);
        case TypeId::kUHugeInt:
            return huge_text(column.at<UHugeInt>(row).upper, column.at<UHugeInt>(row).lower);
        case TypeId::kFloat:
            return std::to_string(column.at<float>(row));
        case TypeId::kDouble:
            return std::to_string(column.at<double>(row));
        case TypeId::kDecimal:
            return decimal_text(column, row);
        case TypeId::kInterval: {
            const Interval value = column.at<Interval>(row);
            return std::to_string(value.months) + "m" + std::to_string(value.days) + "d" +
                   std::to_string(value.micros) + "us";
        }
        case TypeId::kEnum:
            return enum_text(column, row);
        case TypeId::kList:
        case TypeId::kMap:
            return list_text(column, row);
        case TypeId::kArray:
            return array_text(column, row);
        case TypeId::kStruct:
            return struct_text(column, row);
        case TypeId::kUnion:
            return union_text(column, row);
        case TypeId::kNull:
        case TypeId::kUnknown:
            return "NULL";
        default:
            return std::string(column.at<StringRef>(row).view());
    }
}

Result<std::unique_ptr<Prepared>> prepare(Connection& connection, std::string_view sql,
                                          std::vector<std::uint32_t> oids) {
    auto statements = connection.parse(sql);
    if (!statements) return statements.error();
    if (statements->size() != 1) return Error{sqlstate::kInternalError, "not one statement"};
    return connection.prepare(std::move(statements->front()), oids);
}

Result<std::vector<Row>> read(Prepared& prepared, const std::vector<ParameterValue>& parameters) {
    auto cursor = prepared.execute(parameters);
    if (!cursor) return cursor.error();
    std::vector<Row> rows;
    for (;;) {
        auto chunk = (*cursor)->next();
        if (!chunk) return chunk.error();
        if (*chunk == nullptr) break;
        for (std::uint64_t row = 0; row < (*chunk)->rows; ++row) {
            Row texts;
            for (const ColumnView& column : (*chunk)->columns) texts.push_back(text_of(column, row));
            rows.push_back(std::move(texts));
        }
    }
    if (!prepared.returns_rows()) rows.push_back({std::to_string((*cursor)->rows_affected())});
    return rows;
}

Result<std::vector<Row>> run(Connection& connection, std::string_view sql,
                             const std::vector<ParameterValue>& parameters) {
    auto statements = connection.parse(sql);
    if (!statements) return statements.error();
    std::vector<Row> rows;
    for (auto& statement : *statements) {
        auto prepared = connection.prepare(std::move(statement), {});
        if (!prepared) return prepared.error();
        auto result = read(**prepared, parameters);
        if (!result) return result.error();
        rows = *std::move(result);
    }
    return rows;
}

std::string value(Connection& connection, std::string_view sql) {
    auto rows = run(connection, sql);
    if (!rows) return std::string(rows.error().code.text()) + " " + rows.error().message;
    return rows->empty() || rows->front().empty() ? "" : rows->front().front();
}

std::string code(Connection& connection, std::string_view sql) {
    auto rows = run(connection, sql);
    return rows ? "00000" : std::string(rows.error().code.text());
}

TEST(EngineVersion, IsTheOneOfTheHeaders) {
    EXPECT_EQ(duckdb_version(), "v1.5.5");
}

TEST(Workspace, RunsAQuery) {
    Workspace workspace;
    EXPECT_EQ(value(workspace.connection(), "SELECT 1 + 1"), "2");
}

}  // namespace smew::engine::test
