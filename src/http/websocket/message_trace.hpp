#pragma once
// A message in its caller's trace: from its arrival to its last word one transaction, whose statements are below it.

#include "core/error.hpp"
#include "http/context.hpp"
#include "http/websocket/client_message.hpp"
#include "http/websocket/gate.hpp"
#include "tracing/transaction.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace smew::http::websocket {

class MessageTrace {
public:
    MessageTrace() = default;
    // `type`: of the message, as "query". Without a tracer the caller's own span is the statements' parent.
    MessageTrace(const Context& context, std::string_view type, const TraceTexts& caller, const Guest& guest);

    // What its statements are told; empty: nobody traces.
    const std::string& parent() const { return parent_; }
    // What its answer tells the client; empty: it was not traced here.
    std::string_view told() const { return transaction_.trace().valid() ? std::string_view(parent_) : ""; }
    // A part of it that began then and ends now.
    void add_part(std::string_view op, std::string_view description, WallTime begun, WallTime now,
                  tracing::Status status = tracing::Status::kOk);
    // Its last word is said.
    void end(const std::optional<Error>& error);

private:
    tracing::Transaction transaction_;
    std::string parent_;
};

}  // namespace smew::http::websocket
