#pragma once
// One request for SQL, from its messages to the worker to the end of its answer. No I/O: the session carries bytes.

#include "http/websocket/client_message.hpp"
#include "http/websocket/rows_writer.hpp"
#include "http/websocket/server_message.hpp"
#include "http/websocket/traced_text.hpp"

#include <deque>
#include <functional>
#include <optional>
#include <string>

namespace smew::http::websocket {

// Messages that the worker answers with one ReadyForQuery.
struct Step {
    pgproto::Buffer messages;
    bool quiet = false;                // its results are not the client's
    bool extended = false;             // Parse to Sync, not Query
    int characters_before = 0;         // of the text the statement was cut from
    std::optional<TracedText> traced;  // a script whose statements had comments added
};
// Without parameters a script of any number of statements, with them exactly one. `traceparent`: what each is told of
// its trace; may be empty.
Step step_of(std::string_view sql, const std::optional<std::vector<std::optional<std::string>>>& parameters,
             std::string_view traceparent = {});
// With `max_rows` and no parameters a step a statement. 53400 when there are too many.
Result<std::deque<Step>> steps_of(const Query& query, std::string_view traceparent = {});
// Exactly one statement in a transaction that can only read.
std::deque<Step> read_only_steps(std::string_view sql, std::string_view traceparent = {});

class Run {
public:
    using Say = std::function<void(std::string message)>;

    // `say` gets what the client is to be told; not the last word, which is the session's.
    Run(std::string id, std::deque<Step> steps, std::size_t batch_bytes, Say say);

    const std::string& id() const { return id_; }
    // Whether the step under way waits for a Sync after an error.
    bool extended() const { return steps_.front().extended; }
    // What to send next.
    const pgproto::Buffer& messages() const { return steps_.front().messages; }

    enum class Need {
        kMore,      // go on reading
        kNextStep,  // send messages()
        kCopyFail,  // send this message
        kCancel,    // its output goes nowhere
        kEnd,       // it is over: error() or completion()
    };
    Need take(const pgproto::BackendMessage& message);
    // What has not begun will not; what runs is for the worker to stop.
    void stop() { stopped_ = true; }

    const std::optional<Error>& error() const { return error_; }
    const Completion& completion() const { return completion_; }

private:
    void keep(const pgproto::ErrorResponse& failure);
    void keep_result(std::string tag, bool more);
    Need refuse(const pgproto::CopyResponse& copy);
    Need end_step(pgproto::TransactionStatus status);
    void tell_rows();

    const std::string id_;
    std::deque<Step> steps_;
    RowsWriter rows_;
    Say say_;
    std::uint64_t count_ = 0;  // rows of the result under way
    std::optional<int> result_;
    Completion completion_;
    std::optional<Error> error_;
    bool stopped_ = false;
};

}  // namespace smew::http::websocket
