#pragma once
// A language model behind an API like OpenAI's: asked for SQL, over libcurl. Waits: for a thread of its own.

#include "config/settings.hpp"
#include "core/error.hpp"

#include <atomic>
#include <string>
#include <vector>

namespace smew::http::websocket {

struct Utterance {
    std::string role;  // system | user | assistant
    std::string content;
};

// What the model made of a question: SQL, or words alone.
struct Proposal {
    std::string content;
    std::string sql;  // empty: none
};

class Model {
public:
    explicit Model(const config::Settings& settings) : settings_(settings) {}

    bool configured() const { return !settings_.llm_url.empty() && !settings_.llm_model.empty(); }
    const std::string& name() const { return settings_.llm_model; }

    // `schema`: tables and columns of the workspace, as text. `history`: what was said before, the question last. Ends
    // early with 57014 when `cancelled` becomes true; 58030 when the model does not answer, or not as it should.
    Result<Proposal> ask(const std::string& schema, const std::vector<Utterance>& history,
                         const std::atomic<bool>& cancelled) const;

private:
    const config::Settings& settings_;
};

// ---- the texts, for tests
std::string model_request(const std::string& model, const std::string& schema, const std::vector<Utterance>& history);
// The body of an answer: choices[0].message.content, whose first fenced block or whole text may be SQL.
Result<Proposal> parse_model_answer(std::string_view body);

}  // namespace smew::http::websocket
