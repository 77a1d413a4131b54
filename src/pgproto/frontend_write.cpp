#include "pgproto/frontend.hpp"
#include "pgproto/open_frame.hpp"

namespace smew::pgproto {
namespace {

using Out = std::vector<std::uint8_t>;

void put_formats(OpenFrame& frame, const std::vector<Format>& formats) {
    frame.count(formats.size());
    for (const Format format : formats) frame->i16(static_cast<std::int16_t>(format));
}

void put_value(OpenFrame& frame, const std::optional<ByteSpan>& value) {
    frame->i32(value ? static_cast<std::int32_t>(value->size()) : -1);
    if (value) frame->bytes(*value);
}

void put_target(Out& out, char type, Target target, std::string_view name) {
    OpenFrame frame(out, type);
    frame->u8(static_cast<std::uint8_t>(target));
    frame.cut_cstring(name);
}

}  // namespace

void write(Out& out, const Query& message) {
    OpenFrame(out, 'Q')->cstring(message.sql);
}

void write(Out& out, const Parse& message) {
    OpenFrame frame(out, 'P');
    frame.cut_cstring(message.statement);
    frame->cstring(message.sql);
    frame.count(message.parameter_types.size());
    for (const std::uint32_t type : message.parameter_types) frame->u32(type);
}

void write(Out& out, const Bind& message) {
    OpenFrame frame(out, 'B');
    frame.cut_cstring(message.portal);
    frame.cut_cstring(message.statement);
    put_formats(frame, message.parameter_formats);
    frame.count(message.parameters.size());
    for (const auto& value : message.parameters) put_value(frame, value);
    put_formats(frame, message.result_formats);
}

void write(Out& out, const Describe& message) {
    put_target(out, 'D', message.target, message.name);
}
void write(Out& out, const Close& message) {
    put_target(out, 'C', message.target, message.name);
}

void write(Out& out, const Execute& message) {
    OpenFrame frame(out, 'E');
    frame.cut_cstring(message.portal);
    frame->i32(message.max_rows);
}

void write(Out& out, const Sync&) {
    OpenFrame(out, 'S');
}
void write(Out& out, const Flush&) {
    OpenFrame(out, 'H');
}
void write(Out& out, const Terminate&) {
    OpenFrame(out, 'X');
}
void write(Out& out, const CopyData& message) {
    OpenFrame(out, 'd')->bytes(message.data);
}
void write(Out& out, const CopyDone&) {
    OpenFrame(out, 'c');
}
void write(Out& out, const CopyFail& message) {
    OpenFrame(out, 'f').cut_cstring(message.reason);
}

}  // namespace smew::pgproto
