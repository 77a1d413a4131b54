#include "http/schemas.hpp"
#include "http/workspace_limits.hpp"

namespace smew::http::schemas {
namespace {

using enum FieldType;

Field description_field() {
    return {.name = "description", .doc = "Free text.", .nullable = true, .most = 2000};
}

Field tags_field() {
    return {.name = "tags", .type = kArray, .doc = "Free labels.", .nullable = true, .most = 50, .items = kString};
}

Field columns_filter() {
    return {.name = "columns",
            .type = kArray,
            .doc = "Only these columns; all when left out.",
            .nullable = true,
            .least = 1,
            .most = 10'000,
            .items = kString};
}

Field size_limit_field() {
    return {.name = "size_limit_gb",
            .type = kInteger,
            .doc = "Disk the workspace may use, in GiB.",
            .nullable = true,
            .least = 1,
            .most = 1000};
}

Field memory_limit_field() {
    return {.name = "memory_limit",
            .doc = "Memory of the workspace's queries together, as \"4GB\".",
            .nullable = true,
            .least = 2,
            .most = 32};
}

Field limits_field() {
    return {.name = "limits",
            .type = kObject,
            .doc = "Limits of the workspace's own; null gives one back to the instance's setting.",
            .nullable = true,
            .of = &workspace_limits_choice};
}

Field ttl_field() {
    return {.name = "ttl_hours",
            .type = kInteger,
            .doc = "Hours from now until it expires (workspace_max_ttl_hours).",
            .nullable = true,
            .least = 1,
            .most = 87'600};
}

Field workspace_name(bool required) {
    return {.name = "name", .doc = "For people.", .required = required, .least = 1, .most = 200};
}

}  // namespace

const Schema project_create{
    .name = "ProjectCreate",
    .fields = {
        {.name = "id", .doc = "Letters, digits, - and _; chosen once.", .required = true, .least = 1, .most = 64},
        {.name = "name", .doc = "For people; the id when left out.", .nullable = true, .least = 1, .most = 200},
        description_field(),
        {.name = "settings", .type = kObject, .doc = "Kept as it is.", .nullable = true}}};

const Schema project_update{
    .name = "ProjectUpdate",
    .fields = {{.name = "name", .doc = "For people.", .nullable = true, .least = 1, .most = 200},
               description_field(),
               {.name = "settings", .type = kObject, .doc = "Replaces the settings kept so far.", .nullable = true}}};

const Schema key_create{
    .name = "ApiKeyCreate",
    .fields = {{.name = "description", .doc = "What the key is for.", .required = true, .least = 1, .most = 255},
               {.name = "scope",
                .doc = "What the key may do.",
                .nullable = true,
                .one_of = {"project_admin", "project_read"},
                .default_text = "project_admin"},
               {.name = "expires_in_days",
                .type = kInteger,
                .doc = "Never, when left out.",
                .nullable = true,
                .least = 1,
                .most = 365}}};

const Schema bucket_create{.name = "BucketCreate",
                           .fields = {{.name = "name",
                                       .doc = "\"in.c-sales\" or \"in_c_sales\"; the SQL schema is in_c_sales.",
                                       .required = true,
                                       .least = 1,
                                       .most = 64},
                                      description_field()}};

const Schema column_input{
    .name = "ColumnInput",
    .fields = {{.name = "name", .doc = "Name of the column.", .required = true, .least = 1, .most = 127},
               {.name = "type",
                .doc = "DuckDB type, as VARCHAR or DECIMAL(12,2).",
                .required = true,
                .least = 1,
                .most = 1000},
               {.name = "nullable",
                .type = kBoolean,
                .doc = "Whether it may be NULL.",
                .nullable = true,
                .default_text = "true"},
               {.name = "default", .type = kAny, .doc = "SQL expression, number or boolean."},
               description_field()}};

const Schema table_create{
    .name = "TableCreate",
    .fields = {{.name = "name", .doc = "Name of the table.", .required = true, .least = 1, .most = 128},
               {.name = "columns",
                .type = kArray,
                .doc = "In their order.",
                .required = true,
                .least = 1,
                .most = 10'000,
                .of = &column_input},
               {.name = "primary_key",
                .type = kArray,
                .doc = "Names of columns.",
                .nullable = true,
                .most = 100,
                .items = kString},
               description_field()}};

const Schema descriptions{
    .name = "TableDescriptions",
    .fields = {description_field(),
               {.name = "columns", .type = kObject, .doc = "Column name → description.", .nullable = true}}};

const Schema column_alter{
    .name = "ColumnAlter",
    .fields = {
        {.name = "new_name", .doc = "Renames the column.", .nullable = true, .least = 1, .most = 127},
        {.name = "new_type", .doc = "Casts every value.", .nullable = true, .least = 1, .most = 1000},
        {.name = "set_not_null",
         .type = kBoolean,
         .doc = "true: no NULL any more; false: NULL allowed.",
         .nullable = true},
        {.name = "set_default", .type = kAny, .doc = "SQL expression, number or boolean; \"\" drops the default."}}};

const Schema primary_key_set{.name = "PrimaryKeySet",
                             .fields = {{.name = "columns",
                                         .type = kArray,
                                         .doc = "Names of columns.",
                                         .required = true,
                                         .least = 1,
                                         .most = 100,
                                         .items = kString}}};

const Schema rows_delete{.name = "RowsDelete",
                         .fields = {{.name = "where_clause",
                                     .doc = "SQL condition over the table's columns; \"true\" deletes all rows.",
                                     .required = true,
                                     .least = 1,
                                     .most = 10'000}}};

const Schema csv_options{
    .name = "CsvOptions",
    .fields = {{.name = "delimiter", .doc = "Between fields.", .least = 1, .most = 4, .default_text = ","},
               {.name = "quote", .doc = "Around fields; empty: none.", .most = 1, .default_text = "\""},
               {.name = "escape", .doc = "Before a quote inside a field.", .most = 1, .default_text = "\""},
               {.name = "header", .type = kBoolean, .doc = "The first line holds names.", .default_text = "true"},
               {.name = "null_string", .doc = "What NULL is written as.", .most = 100},
               {.name = "date_format", .doc = "strptime format.", .most = 100},
               {.name = "timestamp_format", .doc = "strptime format.", .most = 100}}};

const Schema import_options{
    .name = "ImportOptions",
    .fields = {{.name = "incremental", .type = kBoolean, .doc = "false replaces all rows.", .default_text = "false"},
               {.name = "dedup_mode",
                .doc = "What an incremental load does with rows whose key is there already.",
                .one_of = {"update_duplicates", "insert_duplicates", "fail_on_duplicates"},
                .default_text = "update_duplicates"},
               {.name = "max_rejected",
                .type = kInteger,
                .doc = "Rows that may be left out before the load fails.",
                .least = 0,
                .most = 1'000'000'000,
                .default_text = "0"}}};

const Schema import_file{
    .name = "ImportFile",
    .fields = {
        {.name = "file_id", .doc = "A file of this project.", .required = true, .least = 1, .most = 64},
        {.name = "format",
         .doc = "Of the file.",
         .nullable = true,
         .one_of = {"csv", "parquet", "ndjson"},
         .default_text = "csv"},
        {.name = "csv_options", .type = kObject, .doc = "How to read CSV.", .nullable = true, .of = &csv_options},
        {.name = "import_options",
         .type = kObject,
         .doc = "What happens to the rows there are.",
         .nullable = true,
         .of = &import_options}}};

const Schema export_file{.name = "ExportFile",
                         .fields = {{.name = "format",
                                     .doc = "Of the file.",
                                     .nullable = true,
                                     .one_of = {"csv", "parquet", "ndjson"},
                                     .default_text = "csv"},
                                    {.name = "compression",
                                     .doc = "snappy: Parquet only.",
                                     .nullable = true,
                                     .one_of = {"none", "gzip", "zstd", "snappy"}},
                                    columns_filter(),
                                    {.name = "where_filter",
                                     .doc = "SQL condition over the table's columns.",
                                     .nullable = true,
                                     .least = 1,
                                     .most = 10'000},
                                    {.name = "limit",
                                     .type = kInteger,
                                     .doc = "At most so many rows.",
                                     .nullable = true,
                                     .least = 1,
                                     .most = 1'000'000'000'000}}};

const Schema file_prepare{
    .name = "FilePrepare",
    .fields = {{.name = "filename", .doc = "What the file is called.", .required = true, .least = 1, .most = 255},
               {.name = "content_type", .doc = "Its media type.", .nullable = true, .most = 255},
               {.name = "size_bytes",
                .type = kInteger,
                .doc = "What is going to be sent, as far as known.",
                .nullable = true,
                .least = 0,
                .most = 1'000'000'000'000'000},
               tags_field()}};

const Schema file_register{
    .name = "FileRegister",
    .fields = {{.name = "upload_key", .doc = "From prepare.", .required = true, .least = 1, .most = 200},
               {.name = "name",
                .doc = "Instead of the file name given to prepare.",
                .nullable = true,
                .least = 1,
                .most = 255},
               tags_field()}};

const Schema workspace_limits_choice{.name = "WorkspaceLimitsChoice", .fields = [] {
                                         std::vector<Field> fields = limit_request_fields();
                                         fields.push_back(size_limit_field());
                                         fields.push_back(memory_limit_field());
                                         return fields;
                                     }()};

const Schema workspace_create{.name = "WorkspaceCreate",
                              .fields = {workspace_name(true),
                                         ttl_field(),
                                         size_limit_field(),
                                         memory_limit_field(),
                                         limits_field(),
                                         {.name = "preload_tables",
                                          .type = kArray,
                                          .doc = "Project tables to copy, as \"in.c-sales.orders\".",
                                          .nullable = true,
                                          .most = 100,
                                          .items = kString}}};

const Schema workspace_update{.name = "WorkspaceUpdate",
                              .fields = {workspace_name(false),
                                         ttl_field(),
                                         {.name = "expires_at",
                                          .doc = "As 2026-01-31T12:00:00Z; instead of ttl_hours.",
                                          .nullable = true,
                                          .least = 20,
                                          .most = 40},
                                         size_limit_field(),
                                         memory_limit_field(),
                                         limits_field()}};

const Schema load_item{.name = "LoadTable",
                       .fields = {{.name = "source",
                                   .doc = "\"in.c-sales.orders\" or \"in_c_sales.orders\".",
                                   .required = true,
                                   .least = 3,
                                   .most = 200},
                                  {.name = "destination",
                                   .doc = "Table of the workspace; the source's name when left out.",
                                   .nullable = true,
                                   .least = 1,
                                   .most = 128},
                                  columns_filter(),
                                  {.name = "where",
                                   .doc = "SQL condition over the source's columns.",
                                   .nullable = true,
                                   .least = 1,
                                   .most = 10'000}}};

const Schema workspace_load{.name = "WorkspaceLoad",
                            .fields = {{.name = "tables",
                                        .type = kArray,
                                        .doc = "Each is loaded wholly or not at all.",
                                        .required = true,
                                        .least = 1,
                                        .most = 100,
                                        .of = &load_item}}};

const Schema query_run{
    .name = "QueryRun",
    .fields = {{.name = "sql", .doc = "One statement.", .required = true, .least = 1, .most = 1'000'000},
               {.name = "parameters",
                .type = kArray,
                .doc = "Values of $1, $2 …: text, numbers, true, false or null.",
                .nullable = true,
                .most = 1000,
                .items = kAny},
               {.name = "max_rows",
                .type = kInteger,
                .doc = "Stop after so many rows; \"more\" at the end tells that there are others.",
                .nullable = true,
                .least = 1,
                .most = 2'000'000'000},
               {.name = "application_name",
                .doc = "As listed among the sessions; \"rest\" when left out.",
                .nullable = true,
                .most = 63}}};

}  // namespace smew::http::schemas
