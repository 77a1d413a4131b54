#pragma once
// Every statement as a transaction with a span db.query, made from its record: whatever door it came by, behind its
// end, and on the feed's thread. A statement of a caller that told its trace continues that; how often others are
// recorded is decided as for all work that begins here.

#include "observe/query_feed.hpp"
#include "tracing/tracer.hpp"

namespace smew::reporting {

class StatementTraces final : public observe::QueryListener {
public:
    explicit StatementTraces(const tracing::Tracer& tracer) : tracer_(tracer) {}

    void executed(const link::QueryRecord& record) override;

private:
    const tracing::Tracer& tracer_;
};

}  // namespace smew::reporting
