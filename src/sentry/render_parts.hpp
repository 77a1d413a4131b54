#pragma once
// Parts of render.cpp's objects.

#include "sentry/render.hpp"

#include <boost/json/array.hpp>

namespace smew::sentry {

boost::json::array rendered_exceptions(const Event& event);
boost::json::array rendered_images(const Event& event);  // debug_meta
boost::json::array rendered_breadcrumbs(const Event& event);
boost::json::object rendered_fields(const Fields& fields);
boost::json::object rendered_tags(const Tags& tags);
boost::json::object rendered_user(const User& user, const Identity& identity);
boost::json::object rendered_request(const RequestInfo& request);
boost::json::object rendered_trace(const tracing::TransactionRecord& transaction);
boost::json::object rendered_span(const tracing::SpanRecord& span, const tracing::TraceId& trace);

// Not longer than Sentry takes, cut between characters.
std::string bounded(std::string_view text, std::size_t limit = 8192);

}  // namespace smew::sentry
