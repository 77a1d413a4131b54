#include "http/websocket/rows_writer.hpp"

#include "http/websocket/server_message.hpp"
#include "pgcatalog/builtin_types.hpp"
#include "pgproto/oids.hpp"

#include <algorithm>
#include <charconv>

namespace smew::http::websocket {
namespace {

// Number.MAX_SAFE_INTEGER: beyond it a JavaScript program would read another number.
constexpr std::int64_t kMaxSafeInteger = (std::int64_t{1} << 53) - 1;

bool is_safe(std::string_view digits) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc() && end == digits.data() + digits.size() && value >= -kMaxSafeInteger &&
           value <= kMaxSafeInteger;
}

// Not NaN and no infinity, which JSON has no numbers for.
bool is_finite(std::string_view text) {
    const std::size_t digit = text.starts_with('-') ? 1 : 0;
    return text.size() > digit && text[digit] >= '0' && text[digit] <= '9';
}

std::string_view type_name(std::uint32_t oid) {
    const pgcatalog::BuiltinType* type = pgcatalog::builtin_type(oid);
    return type == nullptr ? "text" : type->name;
}

}  // namespace

RowsWriter::Form RowsWriter::form_of(std::uint32_t type) {
    namespace oid = pgproto::oid;
    switch (type) {
        case oid::kInt2:
        case oid::kInt4:
        case oid::kOid:
            return Form::kInteger;
        case oid::kInt8:
            return Form::kBigInteger;
        case oid::kFloat4:
        case oid::kFloat8:
            return Form::kFloat;
        case oid::kBool:
            return Form::kBoolean;
        default:
            return Form::kText;
    }
}

void RowsWriter::append_value(std::string& out, Form form, std::string_view text) {
    switch (form) {
        case Form::kInteger:
            out.append(text);
            return;
        case Form::kBigInteger:
            return is_safe(text) ? void(out.append(text)) : append_text(out, text);
        case Form::kFloat:
            return is_finite(text) ? void(out.append(text)) : append_text(out, text);
        case Form::kBoolean:
            out.append(text == "t" ? "true" : "false");
            return;
        case Form::kText:
            return append_text(out, text);
    }
}

int RowsWriter::begin(const pgproto::RowDescription& description) {
    forms_.clear();
    columns_ = "[";
    for (const pgproto::FieldDescription& field : description.fields) {
        forms_.push_back(form_of(field.type_oid));
        if (columns_.size() > 1) columns_.push_back(',');
        append_text(columns_.append("{\"name\":"), field.name);
        append_text(columns_.append(",\"type\":"), type_name(field.type_oid));
        columns_.push_back('}');
    }
    columns_.push_back(']');
    ++result_;
    told_ = false;
    open_batch(true);
    return result_;
}

void RowsWriter::open_batch(bool first) {
    batch_ = "{\"type\":\"rows\"";
    if (!id_.empty()) batch_.append(",\"id\":").append(id_);
    batch_.append(",\"result\":").append(std::to_string(result_));
    if (first) batch_.append(",\"columns\":").append(columns_);
    batch_.append(",\"rows\":[");
    any_ = false;
}

std::optional<std::string> RowsWriter::add(const pgproto::DataRow& row) {
    if (batch_.empty()) open_batch(false);
    if (any_) batch_.push_back(',');
    any_ = true;
    batch_.push_back('[');
    for (std::size_t i = 0; i < row.values.size(); ++i) {
        if (i > 0) batch_.push_back(',');
        if (row.values[i])
            append_value(batch_, i < forms_.size() ? forms_[i] : Form::kText, as_text(*row.values[i]));
        else
            batch_.append("null");
    }
    batch_.push_back(']');
    if (batch_.size() < batch_bytes_) return std::nullopt;
    return take_batch();
}

std::optional<std::string> RowsWriter::finish() {
    if (batch_.empty()) return std::nullopt;
    if (told_ && !any_) return batch_.clear(), std::nullopt;
    return take_batch();
}

std::string RowsWriter::take_batch() {
    told_ = true;
    batch_.append("]}");
    std::string message = std::move(batch_);
    batch_.clear();
    return message;
}

}  // namespace smew::http::websocket
