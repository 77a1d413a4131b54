#include "http/query_lines.hpp"

#include "pgproto/oids.hpp"
#include "telemetry/json_text.hpp"

#include <algorithm>
#include <array>

namespace smew::http {
namespace {

namespace oid = pgproto::oid;
using telemetry::append_json_string;

// How a value is written: JSON's numbers hold no more than a double, so BIGINT and NUMERIC stay text, to the last
// digit.
enum class Shape { kText, kNumber, kBoolean };

struct TypeName {
    std::uint32_t type, array;
    std::string_view name;
    Shape shape = Shape::kText;
};

constexpr std::array kTypes{
    TypeName{oid::kBool, oid::kBoolArray, "boolean", Shape::kBoolean},
    TypeName{oid::kInt2, oid::kInt2Array, "smallint", Shape::kNumber},
    TypeName{oid::kInt4, oid::kInt4Array, "integer", Shape::kNumber},
    TypeName{oid::kOid, oid::kOidArray, "oid", Shape::kNumber},
    TypeName{oid::kFloat4, oid::kFloat4Array, "real", Shape::kNumber},
    TypeName{oid::kFloat8, oid::kFloat8Array, "double precision", Shape::kNumber},
    TypeName{oid::kInt8, oid::kInt8Array, "bigint"},
    TypeName{oid::kNumeric, oid::kNumericArray, "numeric"},
    TypeName{oid::kText, oid::kTextArray, "text"},
    TypeName{oid::kName, 0, "name"},
    TypeName{oid::kVarchar, oid::kVarcharArray, "character varying"},
    TypeName{oid::kDate, oid::kDateArray, "date"},
    TypeName{oid::kTime, oid::kTimeArray, "time"},
    TypeName{oid::kTimetz, oid::kTimetzArray, "time with time zone"},
    TypeName{oid::kTimestamp, oid::kTimestampArray, "timestamp"},
    TypeName{oid::kTimestamptz, oid::kTimestamptzArray, "timestamp with time zone"},
    TypeName{oid::kInterval, oid::kIntervalArray, "interval"},
    TypeName{oid::kUuid, oid::kUuidArray, "uuid"},
    TypeName{oid::kJson, oid::kJsonArray, "json"},
    TypeName{oid::kJsonb, oid::kJsonbArray, "jsonb"},
    TypeName{oid::kBytea, oid::kByteaArray, "bytea"},
    TypeName{oid::kVarbit, oid::kVarbitArray, "bit varying"},
};

std::string type_name(std::uint32_t type) {
    for (const TypeName& entry : kTypes) {
        if (entry.type == type) return std::string(entry.name);
        if (entry.array == type && type != 0) return std::string(entry.name) + "[]";
    }
    return "oid " + std::to_string(type);
}

Shape shape_of(std::uint32_t type) {
    const auto found =
        std::find_if(kTypes.begin(), kTypes.end(), [&](const auto& entry) { return entry.type == type; });
    return found == kTypes.end() ? Shape::kText : found->shape;
}

// "Infinity" and "NaN" are no numbers in JSON.
bool json_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789+-.e") == std::string_view::npos;
}

void text_member(std::string& out, std::string_view name, std::string_view value) {
    out.append(",\"").append(name).append("\":");
    append_json_string(out, value);
}

void error_members(std::string& out, const Error& error) {
    text_member(out, "sqlstate", error.code.text());
    text_member(out, "message", error.message);
    if (!error.detail.empty()) text_member(out, "detail", error.detail);
    if (!error.hint.empty()) text_member(out, "hint", error.hint);
    if (error.position > 0) out.append(",\"position\":").append(std::to_string(error.position));
}

}  // namespace

void QueryLines::started(std::string_view query_id, const SessionId& session) {
    out_ += R"({"type":"started")";
    text_member(out_, "query_id", query_id);
    text_member(out_, "session_id", session.value());
    out_ += "}\n";
}

void QueryLines::header(const pgproto::RowDescription& columns) {
    types_.clear();
    out_ += R"({"type":"header","columns":[)";
    for (const pgproto::FieldDescription& column : columns.fields) {
        if (!types_.empty()) out_ += ',';
        types_.push_back(column.type_oid);
        out_ += "{\"name\":";
        append_json_string(out_, column.name);
        text_member(out_, "type", type_name(column.type_oid));
        out_.append(",\"type_oid\":").append(std::to_string(column.type_oid)).append("}");
    }
    out_ += "]}\n";
}

void QueryLines::row(const pgproto::DataRow& row) {
    out_ += in_batch_ ? ",[" : R"({"type":"rows","rows":[[)";
    in_batch_ = true;
    for (std::size_t i = 0; i < row.values.size(); ++i) {
        if (i > 0) out_ += ',';
        if (row.values[i])
            field(i < types_.size() ? types_[i] : 0, as_text(*row.values[i]));
        else
            out_ += "null";
    }
    out_ += ']';
}

void QueryLines::field(std::uint32_t type_oid, std::string_view text) {
    const Shape shape = shape_of(type_oid);
    if (shape == Shape::kBoolean && (text == "t" || text == "f"))
        out_ += text == "t" ? "true" : "false";
    else if (shape == Shape::kNumber && json_number(text))
        out_ += text;
    else
        append_json_string(out_, text);
}

void QueryLines::end_batch() {
    if (in_batch_) out_ += "]}\n";
    in_batch_ = false;
}

void QueryLines::notice(const Error& notice) {
    end_batch();
    out_ += R"({"type":"notice")";
    error_members(out_, notice);
    out_ += "}\n";
}

void QueryLines::end(const StatementEnd& end, std::chrono::microseconds taken) {
    end_batch();
    out_ += end.error ? R"({"type":"error")" : R"({"type":"end")";
    if (end.error)
        error_members(out_, *end.error);
    else
        text_member(out_, "command", end.tag);
    out_.append(",\"rows\":").append(std::to_string(end.rows));
    if (end.more) out_ += ",\"more\":true";
    out_.append(",\"duration_ms\":").append(std::to_string(static_cast<double>(taken.count()) / 1000.0)).append("}\n");
}

}  // namespace smew::http
