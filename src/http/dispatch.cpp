#include "http/dispatch.hpp"

#include "auth/api_key.hpp"
#include "http/monitoring.hpp"
#include "http/problem.hpp"
#include "http/router.hpp"
#include "http/url.hpp"
#include "telemetry/log.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <unistd.h>

namespace smew::http {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxJsonDepth = 32;

std::string join(const std::vector<std::string_view>& texts) {
    std::string out;
    for (const std::string_view text : texts) {
        if (!out.empty()) out += ", ";
        out += text;
    }
    return out;
}

[[noreturn]] void fail_unmatched(const Match& match) {
    if (match.allowed.empty()) fail(404, "not_found", "there is nothing under this path");
    throw ProblemException({.status = 405,
                            .code = "method_not_allowed",
                            .message = "the path exists, but not with this method",
                            .headers = {{"Allow", join(match.allowed)}}});
}

[[noreturn]] void fail_validation(const std::vector<FieldError>& errors) {
    json::array list;
    for (const FieldError& error : errors)
        list.push_back(json::object{{"field", error.field}, {"message", error.message}});
    fail(422, "validation_error", errors.front().field + ": " + errors.front().message, {{"errors", std::move(list)}});
}

NamedTexts checked_query(const Route& route, NamedTexts sent) {
    std::vector<FieldError> errors;
    for (std::size_t i = 0; i < sent.size(); ++i) {
        const auto& [name, value] = sent[i];
        const auto field =
            std::find_if(route.query.begin(), route.query.end(), [&](const Field& f) { return f.name == name; });
        const auto before = std::find_if(sent.begin(), sent.begin() + static_cast<std::ptrdiff_t>(i),
                                         [&](const auto& entry) { return entry.first == name; });
        if (field == route.query.end())
            errors.push_back({name, "is no query parameter of this operation"});
        else if (before != sent.begin() + static_cast<std::ptrdiff_t>(i))
            errors.push_back({name, "was given twice"});
        else if (auto wrong = check_text(value, *field))
            errors.push_back({name, std::move(*wrong)});
    }
    for (const Field& field : route.query) {
        if (find_text(sent, field.name)) continue;
        if (field.required)
            errors.push_back({std::string(field.name), "is required"});
        else if (!field.default_text.empty())
            sent.emplace_back(field.name, field.default_text);
    }
    if (!errors.empty()) fail_validation(errors);
    return sent;
}

json::value parsed_body(const std::string& text, const Schema& schema) {
    json::value body = json::object{};
    if (text.find_first_not_of(" \t\r\n") != std::string::npos) {
        boost::system::error_code error;
        json::parse_options options;
        options.max_depth = kMaxJsonDepth;
        body = json::parse(text, error, {}, options);
        if (error) fail(400, "invalid_json", "the body is not valid JSON: " + error.message());
    }
    if (const std::vector<FieldError> errors = check(body, schema); !errors.empty()) fail_validation(errors);
    return body;
}

bool changes_something(std::string_view method) {
    return method == "POST" || method == "PUT" || method == "PATCH" || method == "DELETE";
}

std::string request_hash(const Exchange& exchange) {
    const std::string body =
        exchange.request.upload ? exchange.request.upload->sha256() : auth::sha256_hex(exchange.head.body_text);
    return auth::sha256_hex(exchange.head.method + "\n" + exchange.head.target + "\n" + body);
}

}  // namespace

template <class Work>
Response Dispatcher::guarded(Exchange& exchange, Work work) const {
    const sentry::Entered entered(exchange.scope);
    Problem problem;
    try {
        return work();
    } catch (const ProblemException& exception) {
        problem = exception.problem();
        report_failure(context_, problem.status);
    } catch (const ErrorException& exception) {
        problem = problem_of(exception.error());
        report_failure(context_, problem.status);
    } catch (const std::exception& exception) {
        problem = {.status = 500, .code = "internal_error", .message = exception.what()};
        report_failure(context_, problem.status);
    }
    if (problem.status == 500) {
        log::error("http_internal_error",
                   {{"request_id", exchange.head.request_id}, {"path", exchange.path}, {"error", problem.message}});
        problem.message = "an internal error; the log has more under this request_id";
        problem.details.clear();
    }
    return to_response(problem, exchange.path, exchange.head.request_id, context_.data_dir());
}

void Dispatcher::admit(Exchange& exchange) {
    const tracing::Span span = exchange.transaction.span("http.server.admit");
    const StoreSpans asked(exchange, span, context_.clock);
    bool admitted = false;
    std::chrono::milliseconds delay{0};
    Response refusal = guarded(exchange, [&] {
        admit_or_throw(exchange, delay);
        admitted = !exchange.response;
        return exchange.response ? std::move(*exchange.response) : Response{};
    });
    if (admitted) return;
    refusal.delay = delay;
    exchange.response = std::move(refusal);
}

void Dispatcher::admit_or_throw(Exchange& exchange, std::chrono::milliseconds& delay) {
    const Head& head = exchange.head;
    Result<Target> target = parse_target(head.target);
    if (!target) fail(400, "invalid_url", target.error().message);
    exchange.path = target->path;
    Match found = match(head.method, std::move(target->segments));
    if (head.method == "OPTIONS" && !found.allowed.empty()) {
        exchange.response = no_content();
        exchange.response->headers.emplace_back("Allow", join(found.allowed) + ", OPTIONS");
        return;
    }
    if (found.route == nullptr) fail_unmatched(found);
    exchange.route = found.route;
    Request& request = exchange.request;
    request.parameters = std::move(found.parameters);
    request.transaction = &exchange.transaction;
    describe_route(exchange);
    request.caller = access_.authorise(*found.route, request.parameters, head, delay);
    describe_caller(exchange);
    if (found.branch && *found.branch != "default") {
        fail(404, "branch_not_found", "there is no such branch; \"default\" is the only one");
    }
    request.path = exchange.path;
    request.query = checked_query(*found.route, std::move(target->query));
    request.request_id = head.request_id;
    request.content_encoding = head.content_encoding;
    request.host = head.host;
    request.client_address = head.client_address;
    request.client_port = head.client_port;
    request.if_none_match = head.if_none_match;
    request.accept_encoding = head.accept_encoding;
    if (!head.idempotency_key.empty()) check_idempotency_key(head.idempotency_key);
    if (found.route->body == BodyKind::kFile) open_upload(exchange);
}

void Dispatcher::open_upload(Exchange& exchange) {
    const catalog::Project project = or_fail(context_.store.project(exchange.request.project()), "project");
    Result<std::string> boundary = multipart_boundary(exchange.head.content_type);
    if (!boundary) fail(400, "invalid_content_type", boundary.error().message);
    // Only uploads of files need the hash for themselves; loads need it when a repetition has to be recognised.
    const bool hashed = exchange.route->lane == Lane::kMetadata || !exchange.head.idempotency_key.empty();
    exchange.request.upload = or_fail(Upload::open({.path = context_.layout.new_staging_path(project.number, ".upload"),
                                                    .limit = context_.settings.import_max_bytes,
                                                    .group = context_.layout.project_gid(project.number),
                                                    .boundary = std::move(*boundary),
                                                    .hashed = hashed}));
}

void Dispatcher::handle(Exchange& exchange) {
    const tracing::Span span = exchange.transaction.span("http.server.handle", exchange.route->id);
    const StoreSpans asked(exchange, span, context_.clock);
    // Where a profile finds the work of this request: the rest of it is done on threads of many.
    exchange.transaction.set_data("thread.id", std::to_string(::gettid()));
    exchange.response = guarded(exchange, [&] { return handle_or_throw(exchange); });
    exchange.request.upload.reset();  // its file is not needed while the reply is on its way
}

Response Dispatcher::handle_or_throw(Exchange& exchange) {
    Request& request = exchange.request;
    const Route& route = *exchange.route;
    if (route.body == BodyKind::kJson) request.body = parsed_body(exchange.head.body_text, *route.request);
    if (request.upload) {
        if (Result<void> complete = request.upload->finish(); !complete) {
            fail(400, "invalid_body", complete.error().message);
        }
    }
    const std::string& key = exchange.head.idempotency_key;
    if (key.empty() || !changes_something(route.method)) return route.endpoint(request, context_);
    return idempotency_.once(request, route, key, request_hash(exchange),
                             [&] { return route.endpoint(request, context_); });
}

void Dispatcher::refuse(Exchange& exchange, const Error& error) {
    exchange.response = guarded(exchange, [&]() -> Response { throw ProblemException(problem_of(error)); });
}

}  // namespace smew::http
