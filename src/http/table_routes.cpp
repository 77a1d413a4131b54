#include "http/endpoints.hpp"
#include "http/route_groups.hpp"
#include "http/schemas.hpp"

namespace smew::http {
namespace {

using enum FieldType;
namespace s = schemas;
namespace e = endpoints;

constexpr std::string_view kTable = "/projects/{project}/buckets/{bucket}/tables/{table}";

std::vector<Field> csv_parameters() {
    std::vector<Field> fields = s::csv_options.fields;
    for (Field& field : fields) field.default_text = {};  // left out means left to csv_options()
    return fields;
}

Field format_parameter() {
    return {.name = "format", .doc = "Of the file.", .one_of = {"csv", "parquet", "ndjson"}, .default_text = "csv"};
}

std::vector<Field> import_parameters() {
    std::vector<Field> fields{
        format_parameter(),
        {.name = "mode",
         .doc = "What happens to the rows there are.",
         .one_of = {"replace", "append", "upsert"},
         .default_text = "replace"},
        {.name = "primary_key", .doc = "Columns of a new table's primary key, with commas between.", .most = 10'000},
        {.name = "max_rejected",
         .type = kInteger,
         .doc = "Rows that may be left out before the load fails.",
         .least = 0,
         .most = 1'000'000'000,
         .default_text = "0"}};
    const std::vector<Field> csv = csv_parameters();
    fields.insert(fields.end(), csv.begin(), csv.end());
    return fields;
}

std::vector<Field> export_parameters() {
    std::vector<Field> fields{
        format_parameter(),
        {.name = "compression",
         .doc = "snappy: Parquet only.",
         .one_of = {"none", "gzip", "zstd", "snappy"},
         .default_text = "none"},
        {.name = "columns", .doc = "Only these, with commas between.", .most = 100'000},
        {.name = "where", .doc = "SQL condition over the table's columns.", .least = 1, .most = 10'000},
        {.name = "limit", .type = kInteger, .doc = "At most so many rows.", .least = 1, .most = 1'000'000'000'000}};
    const std::vector<Field> csv = csv_parameters();
    fields.insert(fields.end(), csv.begin(), csv.end());
    return fields;
}

}  // namespace

void add_buckets(Routes& routes) {
    const std::string_view all = "/projects/{project}/buckets", one = "/projects/{project}/buckets/{bucket}";
    routes.push_back(Route("POST", all, Access::kProjectAdmin, "createBucket", "Create a bucket", e::create_bucket)
                         .takes(s::bucket_create)
                         .gives(s::bucket, 201));
    routes.push_back(Route("GET", all, Access::kProjectRead, "listBuckets", "List buckets", e::list_buckets)
                         .with(paging("10000", 100'000))
                         .gives(s::bucket_list));
    routes.push_back(
        Route("GET", one, Access::kProjectRead, "getBucket", "Get a bucket", e::get_bucket).gives(s::bucket));
    routes.push_back(Route("DELETE", one, Access::kProjectAdmin, "deleteBucket", "Delete a bucket", e::delete_bucket)
                         .with({{.name = "cascade",
                                 .type = kBoolean,
                                 .doc = "With its tables; false: only when empty.",
                                 .default_text = "true"}})
                         .gives_nothing());
}

void add_tables(Routes& routes) {
    const std::string_view all = "/projects/{project}/buckets/{bucket}/tables", one = kTable;
    routes.push_back(Route("POST", all, Access::kProjectAdmin, "createTable", "Create an empty table", e::create_table)
                         .takes(s::table_create)
                         .gives(s::table, 201)
                         .waits());
    routes.push_back(
        Route("GET", all, Access::kProjectRead, "listTables", "List the tables of a bucket", e::list_tables)
            .with(paging("10000", 100'000))
            .gives(s::table_list));
    routes.push_back(Route("GET", one, Access::kProjectRead, "getTable", "Get a table", e::get_table).gives(s::table));
    routes.push_back(
        Route("PATCH", one, Access::kProjectAdmin, "describeTable", "Change descriptions", e::describe_table)
            .takes(s::descriptions)
            .gives(s::table));
    routes.push_back(Route("DELETE", one, Access::kProjectAdmin, "deleteTable", "Delete a table", e::delete_table)
                         .gives_nothing()
                         .waits());
    routes.push_back(Route("GET", "/projects/{project}/buckets/{bucket}/tables/{table}/preview", Access::kProjectRead,
                           "previewTable", "The first rows", e::preview_table)
                         .with({{.name = "limit",
                                 .type = kInteger,
                                 .doc = "Rows.",
                                 .least = 1,
                                 .most = 10'000,
                                 .default_text = "1000"},
                                {.name = "columns", .doc = "Only these, with commas between.", .most = 100'000}})
                         .gives(s::preview)
                         .waits());
}

void add_columns(Routes& routes) {
    const std::string_view all = "/projects/{project}/buckets/{bucket}/tables/{table}/columns",
                           one = "/projects/{project}/buckets/{bucket}/tables/{table}/columns/{column}",
                           key = "/projects/{project}/buckets/{bucket}/tables/{table}/primary-key";
    routes.push_back(Route("POST", all, Access::kProjectAdmin, "addColumn", "Add a column", e::add_column)
                         .takes(s::column_input)
                         .gives(s::table, 201)
                         .waits());
    routes.push_back(
        Route("PUT", one, Access::kProjectAdmin, "alterColumn", "Rename, cast or constrain a column", e::alter_column)
            .takes(s::column_alter)
            .gives(s::table)
            .waits());
    routes.push_back(Route("DELETE", one, Access::kProjectAdmin, "dropColumn", "Drop a column", e::drop_column)
                         .gives(s::table)
                         .waits());
    routes.push_back(
        Route("POST", key, Access::kProjectAdmin, "setPrimaryKey", "Set the primary key", e::set_primary_key)
            .takes(s::primary_key_set)
            .gives(s::table, 201)
            .waits());
    routes.push_back(
        Route("DELETE", key, Access::kProjectAdmin, "dropPrimaryKey", "Drop the primary key", e::drop_primary_key)
            .gives(s::table)
            .waits());
    routes.push_back(Route("DELETE", "/projects/{project}/buckets/{bucket}/tables/{table}/rows", Access::kProjectAdmin,
                           "deleteRows", "Delete the rows a condition holds for", e::delete_rows)
                         .takes(s::rows_delete)
                         .gives(s::rows_deleted)
                         .waits());
}

void add_transfer(Routes& routes) {
    routes.push_back(Route("POST", "/projects/{project}/buckets/{bucket}/tables/{table}/import", Access::kProjectAdmin,
                           "importTable", "Load the body into a table, which is created when it is new", e::import_body)
                         .takes_file("CSV, Parquet or NDJSON; gzip or zstd by Content-Encoding or by its first bytes.")
                         .with(import_parameters())
                         .gives(s::import_result)
                         .waits());
    routes.push_back(Route("POST", "/projects/{project}/buckets/{bucket}/tables/{table}/import/file",
                           Access::kProjectAdmin, "importFile", "Load a file of the project into a table",
                           e::import_file)
                         .takes(s::import_file)
                         .gives(s::import_result)
                         .waits());
    routes.push_back(Route("GET", "/projects/{project}/buckets/{bucket}/tables/{table}/export", Access::kProjectRead,
                           "exportTable", "Get a table as a file", e::export_stream)
                         .with(export_parameters())
                         .gives_text("application/octet-stream")
                         .waits());
    routes.push_back(Route("POST", "/projects/{project}/buckets/{bucket}/tables/{table}/export", Access::kProjectRead,
                           "exportFile", "Export a table to a file of the project", e::export_file)
                         .takes(s::export_file)
                         .gives(s::export_result)
                         .waits());
}

}  // namespace smew::http
