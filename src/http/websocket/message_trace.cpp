#include "http/websocket/message_trace.hpp"

#include "tracing/tracer.hpp"

namespace smew::http::websocket {

MessageTrace::MessageTrace(const Context& context, std::string_view type, const TraceTexts& caller, const Guest& guest)
    : parent_(caller.traceparent) {
    if (context.tracer == nullptr || !context.tracer->enabled()) return;
    transaction_ = context.tracer->start(
        {.name = "websocket " + std::string(type),
         .op = "websocket.server",
         .traffic = tracing::Traffic::kWebSocket,
         .caller = tracing::continuation_of({caller.traceparent, caller.sentry_trace, caller.baggage})});
    parent_ = tracing::traceparent_text(transaction_.trace(), transaction_.id(), transaction_.sampled());
    transaction_.set_tag("project", guest.workspace.project.value());
    transaction_.set_tag("workspace", guest.workspace.id.value());
}

void MessageTrace::add_part(std::string_view op, std::string_view description, WallTime begun, WallTime now,
                            tracing::Status status) {
    transaction_.add_span(
        {.op = std::string(op), .description = std::string(description), .start = begun, .end = now, .status = status});
}

void MessageTrace::end(const std::optional<Error>& error) {
    transaction_.set_status(error ? tracing::status_of_sqlstate(error->code.text()) : tracing::Status::kOk);
    transaction_.finish();
}

}  // namespace smew::http::websocket
