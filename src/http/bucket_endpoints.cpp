#include "http/endpoints.hpp"
#include "http/lookup.hpp"
#include "http/problem.hpp"
#include "http/render.hpp"
#include "telemetry/log.hpp"

namespace smew::http::endpoints {

namespace json = boost::json;

Response create_bucket(const Request& request, Context& context) {
    const catalog::Project project = find_project(request, context);
    const std::string name = text_of(request.body, "name").value();
    const catalog::Bucket bucket = or_fail(
        context.store.create_bucket(project.id, name, text_of(request.body, "description").value_or("")), "bucket");
    context.fleet.catalog_changed(project.id);
    Response response = json_response(render(bucket), 201);
    response.headers.emplace_back("Location", "/projects/" + project.id.value() + "/buckets/" + bucket.schema);
    return response;
}

Response list_buckets(const Request& request, Context& context) {
    const catalog::Project project = find_project(request, context);
    const std::vector<catalog::Bucket> buckets = or_fail(context.store.buckets(project.id), "project");
    const Page page = page_of(request, buckets.size());
    json::array list;
    for (std::size_t i = page.begin; i < page.end; ++i) list.push_back(render(buckets[i]));
    return json_response(json::object{{"buckets", std::move(list)}, {"total", buckets.size()}});
}

Response get_bucket(const Request& request, Context& context) {
    (void)find_project(request, context);
    return json_response(render(find_bucket(request, context)));
}

Response delete_bucket(const Request& request, Context& context) {
    const catalog::Project project = find_project(request, context);
    const catalog::Bucket bucket = find_bucket(request, context);
    const bool cascade = request.flag("cascade");
    if (!cascade && bucket.table_count > 0) {
        fail(409, "bucket_not_empty", "the bucket has tables; say cascade=true to delete them with it",
             {{"table_count", bucket.table_count}});
    }
    or_fail(context.store.delete_bucket(project.id, bucket.schema, cascade), "bucket");
    context.fleet.catalog_changed(project.id);
    log::info("bucket_deleted", {{"project_id", project.id.value()},
                                 {"bucket", bucket.schema},
                                 {"by", request.caller.name()},
                                 {"request_id", request.request_id}});
    return no_content();
}

}  // namespace smew::http::endpoints
