// What the API tells of statements, and how much is kept of them.
#include "http/reply_fields.hpp"
#include "http/schemas.hpp"

namespace smew::http::schemas {
namespace {

using namespace reply;

Field mode_field(bool required) {
    return {.name = "query_audit_mode", .required = required, .one_of = {"full", "structure", "hash_only"}};
}

std::vector<Field> query_fields() {
    return {
        text("query_id", "The session's id and the statement's number in it."),
        time("started_at"),
        {.name = "duration_ms", .type = kNumber, .required = true},
        {.name = "plan_ms", .type = kNumber, .doc = "Of it, to parse and plan.", .required = true},
        {.name = "first_row_ms", .type = kNumber, .doc = "Until there was a row.", .required = true, .nullable = true},
        {.name = "queued_ms",
         .type = kNumber,
         .doc = "How long it waited for its turn before, or for memory.",
         .required = true,
         .nullable = true},
        text("project_id"),
        text("workspace_id"),
        text("session_id"),
        text("username"),
        text("client_ip"),
        text("application_name"),
        text("door", "pgwire, rest, websocket or console."),
        text_or_null("query", "Cut or replaced as query_audit_mode says."),
        number("query_bytes", "Of the whole text."),
        text("query_hash", "The same for statements that differ in literals only."),
        text_or_null("command_tag"),
        number("rows_returned"),
        number("rows_affected"),
        number("bytes_returned"),
        {.name = "status", .required = true, .one_of = {"success", "error", "timeout", "cancelled"}},
        text("sqlstate"),
        text_or_null("error"),
        text_or_null("traceparent", "W3C Trace Context, from a comment of the statement.")};
}

}  // namespace

const Schema query{.name = "Query", .doc = "One statement as it ended.", .fields = query_fields()};
const Schema slow_query{
    .name = "SlowQuery",
    .fields = with(query_fields(), {number("id"),
                                    number("peak_memory_bytes"),
                                    number("spilled_bytes"),
                                    {.name = "plan",
                                     .type = kAny,
                                     .doc = "DuckDB's profile of the run that was slow, with timings; null when there "
                                            "is none.",
                                     .required = true,
                                     .nullable = true}})};
const Schema slow_query_list{.name = "SlowQueryList",
                             .fields = {{.name = "slow_queries", .type = kArray, .required = true, .of = &slow_query},
                                        number("count"),
                                        number("threshold_ms"),
                                        {.name = "next_before",
                                         .type = kInteger,
                                         .doc = "The parameter before of the next page.",
                                         .required = true,
                                         .nullable = true}}};
const Schema logged_query{
    .name = "LoggedQuery",
    .fields =
        with(query_fields(),
             {number("id", "Ascending in time."),
              yes_or_no("slow"),
              number("peak_memory_bytes"),
              number("spilled_bytes"),
              {.name = "plan", .type = kAny, .doc = "Of a slow statement.", .required = true, .nullable = true}})};
const Schema query_log_page{.name = "QueryLogPage",
                            .fields = {{.name = "queries", .type = kArray, .required = true, .of = &logged_query},
                                       number("count"),
                                       {.name = "next_before",
                                        .type = kInteger,
                                        .doc = "The parameter before of the next page.",
                                        .required = true,
                                        .nullable = true}}};
const Schema query_audit{
    .name = "QueryAudit",
    .fields = {yes_or_no("query_audit_enabled"), mode_field(true), number("query_audit_max_length"),
               number("slow_query_threshold_ms"), yes_or_no("slow_query_explain"), yes_or_no("slow_query_log_full")}};

// Bounds as in the table of settings.
const Schema query_audit_change{
    .name = "QueryAuditChange",
    .doc = "What is left out stays as it is. Holds until the server's end.",
    .fields = {{.name = "query_audit_enabled", .type = kBoolean},
               mode_field(false),
               {.name = "query_audit_max_length", .type = kInteger, .least = 16, .most = 1'000'000},
               {.name = "slow_query_threshold_ms", .type = kInteger, .least = 0, .most = 86'400'000},
               {.name = "slow_query_explain", .type = kBoolean},
               {.name = "slow_query_log_full", .type = kBoolean}}};
const Schema setting{
    .name = "Setting",
    .fields = {{.name = "name", .required = true},
               {.name = "value", .doc = "As a flag would have it; of a secret ***.", .required = true},
               {.name = "group", .required = true},
               {.name = "doc", .required = true},
               {.name = "takes", .doc = "What may stand there.", .required = true},
               {.name = "live", .type = kBoolean, .doc = "May be changed while the server runs.", .required = true}}};
const Schema setting_list{
    .name = "SettingList",
    .fields = {{.name = "settings", .type = FieldType::kArray, .required = true, .of = &setting}}};
const Schema settings_change{.name = "SettingsChange",
                             .doc = "Names of live settings with their new values, which hold until the server's end.",
                             .open = true};

}  // namespace smew::http::schemas
