#pragma once
// One REST operation. The table of all of them is the only source of what exists, who may do it, and what OpenAPI says.

#include "http/context.hpp"
#include "http/message.hpp"
#include "http/schema.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace smew::http {

// Who may call it. There is no default: a route without it does not compile.
// kWorkspace: a key of the project or the workspace's own user name and password (HTTP Basic). kAnyone: whoever has any
// of these.
enum class Access { kPublic, kAnyone, kAdmin, kProjectRead, kProjectAdmin, kWorkspace };
std::string_view to_text(Access access);

enum class BodyKind { kNone, kJson, kFile };
// kWorker: may wait for a worker process or a load, so it runs on threads that others do not need.
enum class Lane { kMetadata, kWorker };

using Endpoint = Response (*)(const Request&, Context&);

struct Route {
    Route(std::string_view verb, std::string_view path, Access level, std::string_view operation_id,
          std::string_view purpose, Endpoint function)
        : method(verb), pattern(path), access(level), id(operation_id), summary(purpose), endpoint(function) {}

    Route&& takes(const Schema& schema) && {
        body = BodyKind::kJson;
        request = &schema;
        return std::move(*this);
    }
    Route&& takes_file(std::string_view what) && {
        body = BodyKind::kFile;
        file_doc = what;
        return std::move(*this);
    }
    Route&& gives(const Schema& schema, int with_status = 200) && {
        reply = &schema;
        status = with_status;
        return std::move(*this);
    }
    Route&& gives_nothing() && {
        status = 204;
        return std::move(*this);
    }
    Route&& gives_text(std::string_view type) && {
        reply_type = type;
        return std::move(*this);
    }
    Route&& with(std::vector<Field> fields) && {
        query.insert(query.end(), fields.begin(), fields.end());
        return std::move(*this);
    }
    Route&& waits() && {
        lane = Lane::kWorker;
        return std::move(*this);
    }

    std::string_view method, pattern;  // "/projects/{project}/buckets/{bucket}"
    Access access;
    std::string_view id;  // operationId
    std::string_view summary;
    Endpoint endpoint;
    BodyKind body = BodyKind::kNone;
    Lane lane = Lane::kMetadata;
    std::vector<Field> query;
    const Schema* request = nullptr;
    std::string_view file_doc;
    const Schema* reply = nullptr;
    std::string_view reply_type = "application/json";
    int status = 200;
};

// In the order of the documentation.
const std::vector<Route>& route_table();

}  // namespace smew::http
