#pragma once
// Reports as the JSON of Sentry's protocol. On the sending thread: looks up names of functions.
// Source: develop.sentry.dev, "Event Payloads", "Transaction Payloads", "Span Interface".

#include "sentry/event.hpp"

#include <boost/json/object.hpp>

#include <string>

namespace smew::sentry {

// What all reports of this process have in common.
struct Identity {
    std::string release, environment, server_name, version;
    bool send_default_pii = false;
};

// Both are scrubbed.
boost::json::object render_event(const Event& event, const Identity& identity);
boost::json::object render_transaction(const tracing::TransactionRecord& transaction, const std::string& event_id,
                                       const Identity& identity);

boost::json::object sdk_object(const Identity& identity);
// Seconds since 1970 with microseconds.
double epoch_seconds(WallTime time);

}  // namespace smew::sentry
