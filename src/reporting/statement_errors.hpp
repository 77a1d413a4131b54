#pragma once
// Statements that failed, as events: by sentry_statement_errors those that are the server's fault, or all; errors
// inside smew in either case. Told of them: SQLSTATE, the message behind the wall, the text without its literals.

#include "config/settings.hpp"
#include "observe/query_feed.hpp"
#include "sentry/client.hpp"

namespace smew::reporting {

class StatementErrors final : public observe::QueryListener {
public:
    StatementErrors(config::StatementErrors which, sentry::Client& client) : which_(which), client_(client) {}

    void executed(const link::QueryRecord& record) override;

private:
    bool wanted(const link::QueryRecord& record) const;

    const config::StatementErrors which_;
    sentry::Client& client_;
};

}  // namespace smew::reporting
