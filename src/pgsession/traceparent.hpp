#pragma once
// The caller's trace, as W3C Trace Context writes it and sqlcommenter puts it into a comment:
// /*traceparent='00-<32 hex digits>-<16>-<2>'*/. Sources: https://www.w3.org/TR/trace-context/#traceparent-header,
// https://google.github.io/sqlcommenter/spec/

#include <string_view>

namespace smew::pgsession {

// The first traceparent=… in `text`, or the text itself when it is one, as an application_name may be; empty when there
// is none or it is malformed.
std::string_view find_traceparent(std::string_view text);
// The same, looked for only in a comment at the beginning or the end of a statement.
std::string_view statement_traceparent(std::string_view sql);
// Without such a comment at the end: what is the same each time, so that its plan is found again. Means the same to the
// engine.
std::string_view without_traceparent(std::string_view sql);

}  // namespace smew::pgsession
