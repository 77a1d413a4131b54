#include "http/endpoints.hpp"
#include "http/file_formats.hpp"
#include "http/file_store.hpp"
#include "http/lookup.hpp"
#include "http/problem.hpp"
#include "http/render.hpp"

namespace smew::http::endpoints {
namespace {

namespace json = boost::json;

constexpr std::chrono::hours kUploadWithin{24};
constexpr std::string_view kAnyType = "application/octet-stream";

catalog::File named_file(const Request& request, Context& context) {
    (void)find_project(request, context);
    return or_fail(context.store.file(request.project(), FileId(request.parameter("file"))), "file");
}

catalog::File file_of_key(const Request& request, const std::string& key, Context& context) {
    const std::optional<FileId> id = file_of_upload_key(key);
    if (!id) fail(404, "upload_not_found", "there is no such upload");
    catalog::File file = or_fail(context.store.file(request.project(), *id), "upload");
    // The store may forget the key with the upload; then the id inside it is what is left to compare.
    if (!file.upload_key.empty() && !auth::equal_constant_time(file.upload_key, key)) {
        fail(404, "upload_not_found", "there is no such upload");
    }
    return file;
}

void remove_content(const catalog::File& file, Context& context) {
    if (file.path.empty()) return;
    std::error_code ignored;
    std::filesystem::remove(context.layout.absolute(file.path), ignored);
}

// Registered under the same id: the staged row gives way to one that stays. After a crash in between the upload has to
// be repeated; its content is removed at the next start.
catalog::File settle(const catalog::Project& project, catalog::File file, Context& context) {
    or_fail(context.store.delete_file(project.id, file.id), "file");
    file.expires_at.reset();
    return or_fail(context.store.prepare_file(project.id, file), "file");
}

// Uploads that nobody registered in time.
void sweep_expired(const catalog::Project& project, Context& context) {
    const WallTime now = context.clock.now();
    for (const catalog::File& file : or_fail(context.store.files(project.id), "project")) {
        if (!file.expires_at || *file.expires_at > now) continue;
        if (context.store.delete_file(project.id, file.id)) remove_content(file, context);
    }
}

}  // namespace

Response prepare_file(const Request& request, Context& context) {
    const catalog::Project project = find_project(request, context);
    const std::string type = text_of(request.body, "content_type").value_or(std::string(kAnyType));
    check_content_type(type);
    const std::int64_t size = number_of(request.body, "size_bytes").value_or(0);
    if (static_cast<std::uint64_t>(size) > context.settings.import_max_bytes.count) {
        fail(413, "limit_exceeded", "files may have at most " + to_text(context.settings.import_max_bytes));
    }
    sweep_expired(project, context);
    const WallTime expires_at = context.clock.now() + kUploadWithin;
    const catalog::File file = prepare({.project = project,
                                        .name = text_of(request.body, "filename").value(),
                                        .content_type = type,
                                        .tags = texts_of(request.body, "tags"),
                                        .expires_at = expires_at},
                                       context);
    return json_response(
        json::object{{"upload_key", file.upload_key},
                     {"upload_url", "/projects/" + project.id.value() + "/files/upload/" + file.upload_key},
                     {"expires_at", to_iso8601(expires_at)}});
}

Response upload_file(const Request& request, Context& context) {
    const catalog::Project project = find_project(request, context);
    const std::string& key = request.parameter("upload_key");
    const catalog::File file = file_of_key(request, key, context);
    if (file.uploaded) fail(409, "already_uploaded", "the file has been uploaded already");
    if (file.expires_at && *file.expires_at <= context.clock.now()) {
        fail(410, "upload_expired", "the upload was prepared too long ago; prepare it again");
    }
    const catalog::File done = complete(project, file, request.upload->path(), request.upload->sha256(), context);
    return json_response(json::object{{"upload_key", key},
                                      {"file_id", done.id.value()},
                                      {"size_bytes", done.size_bytes},
                                      {"checksum_sha256", done.sha256}});
}

Response register_file(const Request& request, Context& context) {
    const catalog::Project project = find_project(request, context);
    catalog::File file = file_of_key(request, text_of(request.body, "upload_key").value(), context);
    if (!file.uploaded) fail(409, "file_not_uploaded", "the file was prepared, but not uploaded yet");
    const std::string name = text_of(request.body, "name").value_or(file.name);
    const bool tagged = member_of(request.body, "tags") != nullptr;
    std::vector<std::string> tags = tagged ? texts_of(request.body, "tags") : file.tags;
    if (file.expires_at || name != file.name || tags != file.tags) {
        file.name = name;
        file.tags = std::move(tags);
        file = settle(project, std::move(file), context);
    }
    Response response = json_response(render(file), 201);
    response.headers.emplace_back("Location", "/projects/" + project.id.value() + "/files/" + file.id.value());
    return response;
}

Response list_files(const Request& request, Context& context) {
    const catalog::Project project = find_project(request, context);
    std::vector<catalog::File> files = or_fail(context.store.files(project.id), "project");
    if (!request.flag("include_staged"))
        std::erase_if(files, [](const catalog::File& file) { return !file.uploaded || file.expires_at; });
    const Page page = page_of(request, files.size());
    json::array list;
    for (std::size_t i = page.begin; i < page.end; ++i) list.push_back(render(files[i]));
    return json_response(json::object{{"files", std::move(list)}, {"total", files.size()}});
}

Response get_file(const Request& request, Context& context) {
    return json_response(render(named_file(request, context)));
}

Response download_file(const Request& request, Context& context) {
    const catalog::File file = named_file(request, context);
    if (!file.uploaded) fail(409, "file_not_uploaded", "the file was prepared, but not uploaded yet");
    Response response;
    response.content_type = file.content_type.empty() ? std::string(kAnyType) : file.content_type;
    response.headers.emplace_back("Content-Disposition", attachment(file.name));
    if (!file.sha256.empty()) response.headers.emplace_back("ETag", "\"" + file.sha256 + "\"");
    response.file = context.layout.absolute(file.path);
    return response;
}

Response delete_file(const Request& request, Context& context) {
    const catalog::File file = named_file(request, context);
    or_fail(context.store.delete_file(request.project(), file.id), "file");
    remove_content(file, context);
    return no_content();
}

}  // namespace smew::http::endpoints
