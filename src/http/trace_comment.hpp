#pragma once
// How a statement that a door runs for a request tells the worker its trace: in a comment at its end, as programs do
// that know sqlcommenter. The worker takes it out again (pgsession/traceparent.hpp).

#include "tracing/transaction.hpp"

#include <string>

namespace smew::http {

inline std::string with_trace(std::string sql, const tracing::Transaction& transaction) {
    if (!transaction.trace().valid()) return sql;
    sql += " /*traceparent='" +
           tracing::traceparent_text(transaction.trace(), transaction.id(), transaction.sampled()) + "'*/";
    return sql;
}

}  // namespace smew::http
