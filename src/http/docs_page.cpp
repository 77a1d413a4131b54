#include "http/docs_page.hpp"

#include "core/xml_text.hpp"
#include "http/route.hpp"
#include "http/schemas.hpp"

#include <algorithm>

namespace smew::http {
namespace {

constexpr std::string_view kStyle = R"(<style>
body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem;border-bottom:1px solid #d0d7de}
details{border:1px solid #d0d7de;border-radius:6px;margin:.4rem 0;padding:.35rem .7rem}summary{cursor:pointer}
code,pre{font:13px/1.5 ui-monospace,monospace;background:#f6f8fa;border-radius:4px}code{padding:.1rem .25rem}
pre{padding:.6rem;overflow-x:auto;white-space:pre-wrap}table{border-collapse:collapse;width:100%;margin:.4rem 0}
td,th{text-align:left;padding:.2rem .5rem;border-bottom:1px solid #eaeef2;vertical-align:top}
.m{display:inline-block;min-width:4.2rem;font-weight:600}.a{float:right;color:#57606a;font-size:.85rem}
@media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}code,pre{background:#161b22}}
</style>)";

std::string code(std::string_view text) {
    return "<code>" + xml_escaped(text) + "</code>";
}

std::string type_text(const Field& field) {
    const auto schema_link = [](const Schema& schema) {
        return "<a href=\"#schema-" + xml_escaped(schema.name) + "\">" + xml_escaped(schema.name) + "</a>";
    };
    std::string text;
    switch (field.type) {
        case FieldType::kString:
            text = "string";
            break;
        case FieldType::kInteger:
            text = "integer";
            break;
        case FieldType::kNumber:
            text = "number";
            break;
        case FieldType::kBoolean:
            text = "boolean";
            break;
        case FieldType::kAny:
            text = "any";
            break;
        case FieldType::kObject:
            text = field.of != nullptr ? schema_link(*field.of) : "object";
            break;
        case FieldType::kArray:
            text = "list" + (field.of != nullptr ? " of " + schema_link(*field.of) : "");
            break;
    }
    if (field.nullable) text += " or null";
    return text;
}

std::string field_rows(const std::vector<Field>& fields) {
    std::string out = "<table>";
    for (const Field& field : fields) {
        out += "<tr><td>" + code(field.name) + (field.required ? "" : " <small>optional</small>") + "</td><td>" +
               type_text(field) + "</td><td>" + xml_escaped(field.doc);
        for (const std::string_view choice : field.one_of) out += " " + code(choice);
        if (!field.default_text.empty()) out += " Default " + code(field.default_text) + ".";
        out += "</td></tr>";
    }
    return out + "</table>";
}

// A line to paste into a shell.
std::string curl_line(const Route& route) {
    std::string line = "curl -X " + std::string(route.method) + " \"$SMEW" + std::string(route.pattern) + "\"";
    if (route.access != Access::kPublic) line += " -H \"Authorization: Bearer $KEY\"";
    if (route.body == BodyKind::kFile) return line + " --data-binary @file";
    if (route.body != BodyKind::kJson) return line;
    std::string body;
    for (const Field& field : route.request->fields) {
        if (!field.required) continue;
        if (!body.empty()) body += ", ";
        body += "\"" + std::string(field.name) + "\": " + (field.type == FieldType::kArray ? "[…]" : "\"…\"");
    }
    return line + " -d '{" + body + "}'";
}

std::string route_section(const Route& route) {
    std::string out = "<details id=\"" + std::string(route.id) + "\"><summary><span class=\"m\">" +
                      std::string(route.method) + "</span>" + code(route.pattern) + " " + xml_escaped(route.summary) +
                      "<span class=\"a\">" + std::string(to_text(route.access)) + "</span></summary>";
    if (!route.query.empty()) out += "<p>Query parameters</p>" + field_rows(route.query);
    if (route.request != nullptr) out += "<p>Body</p>" + field_rows(route.request->fields);
    if (route.body == BodyKind::kFile) out += "<p>Body: " + xml_escaped(route.file_doc) + "</p>";
    out += "<p>Reply " + std::to_string(route.status);
    if (route.reply != nullptr) {
        out +=
            ": <a href=\"#schema-" + std::string(route.reply->name) + "\">" + std::string(route.reply->name) + "</a>";
    } else if (route.status != 204) {
        out += ": " + code(route.reply_type);
    }
    return out + "</p><pre>" + xml_escaped(curl_line(route)) + "</pre></details>";
}

std::string schema_section(const Schema& schema) {
    return "<details id=\"schema-" + std::string(schema.name) + "\"><summary>" + code(schema.name) + " " +
           xml_escaped(schema.doc) + "</summary>" + field_rows(schema.fields) + "</details>";
}

}  // namespace

std::string docs_page(std::string_view version) {
    std::string out = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>smew REST API</title>";
    out += kStyle;
    out += "</head><body><h1>smew " + xml_escaped(version) + " REST API</h1>";
    out +=
        "<p>Send <code>Authorization: Bearer KEY</code>. Every path is also there under <code>/api/v1</code>, and "
        "below "
        "a project also under <code>/branches/default</code>. The same as a document: "
        "<a href=\"/openapi.json\">/openapi.json</a>. Errors are <a href=\"#schema-Problem\">Problem</a>.</p>"
        "<p>A change that carries <code>X-Idempotency-Key</code> can be repeated safely: the repetition gets the first "
        "reply with <code>X-Idempotency-Replay: true</code>. Secrets are not kept, so they are null in it.</p>";
    out += "<h2>Operations</h2>";
    for (const Route& route : route_table()) out += route_section(route);
    out += "<h2>Bodies</h2>";
    for (const Schema* schema : schemas::all()) out += schema_section(*schema);
    return out + "</body></html>";
}

}  // namespace smew::http
