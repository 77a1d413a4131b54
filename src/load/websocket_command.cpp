// `smew load websocket`.

#include "auth/base64.hpp"
#include "load/command.hpp"
#include "load/websocket_workload.hpp"

namespace smew::load {
namespace {

struct WebsocketOptions {
    CommonOptions common;
    std::size_t users = 10;
    std::string url = "ws://localhost:8000/api/v1/pam", user, password, token, subprotocol, auth, failure;
    std::string message = R"({"type":"message","id":"{id}","content":"SELECT {int:1:1000} AS n"})";
    std::string ready = R"("type":"ready")", reply = "smew";
    std::vector<std::string> headers;
    bool deflate = false, verify = false;
};

// "Name: value"
Result<void> add_header(WsServer& server, const std::string& text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string::npos || colon == 0) {
        return Error{sqlstate::kInvalidParameterValue, "--header \"" + text.substr(0, colon) + "\" has no colon", "",
                     "Write it as \"Name: value\"."};
    }
    const std::size_t start = text.find_first_not_of(' ', colon + 1);
    server.headers.emplace_back(text.substr(0, colon), start == std::string::npos ? "" : text.substr(start));
    return {};
}

Result<void> add_login(WsServer& server, const WebsocketOptions& options) {
    for (const std::string& header : options.headers) {
        if (const auto added = add_header(server, header); !added) return added;
    }
    if (!options.token.empty()) server.headers.emplace_back("Authorization", "Bearer " + options.token);
    if (!options.user.empty()) {
        server.headers.emplace_back("Authorization",
                                    "Basic " + auth::base64_encode(as_bytes(options.user + ":" + options.password)));
    }
    server.subprotocol = options.subprotocol;
    server.deflate = options.deflate;
    return {};
}

// The seed's, line by line.
std::vector<measure::Target> seed_targets() {
    return {default_target("users.peak>=100", "Concurrent Users"), default_target("ws.msg p95<2s", "P95 Latency"),
            default_target("ws.connect success>95%", "Connection Success Rate"),
            default_target("success rate>95%", "Message Success Rate")};
}

int run_websocket(WebsocketOptions options, const CommandFacts& facts) {
    if (options.password.empty() && std::getenv("SMEW_PASSWORD") != nullptr)
        options.password = std::getenv("SMEW_PASSWORD");
    auto plan = plan_of(options.common);
    if (!plan) return refuse(plan.error(), kExitUsage);
    auto terms = terms_of(options.common);
    if (!terms) return refuse(terms.error(), kExitUsage);
    auto server = find_ws_server(options.url, options.verify);
    if (!server)
        return refuse(server.error(),
                      server.error().code == sqlstate::kInvalidParameterValue ? kExitUsage : kExitUnreachable);
    if (const auto added = add_login(*server, options); !added) return refuse(added.error(), kExitUsage);

    plan->users = options.users;
    plan->name = "steady";
    measure::Run run = new_run("websocket", options.common);
    run.version = facts.version;
    run.arguments = facts.arguments;
    run.address = server->address();
    run.main_metric = "ws.msg";
    run.connect_metric = "ws.connect";
    run.model = plan->model_text();
    run.phases = plan->phases_text();
    const std::uint64_t seed = run.seed;
    WsDialogue dialogue{TextTemplate(options.message), std::nullopt, options.ready, options.reply, options.failure};
    if (!options.auth.empty()) dialogue.auth.emplace(options.auth);
    // Servers that are not ours say nothing when a user has logged in, unless told otherwise.
    if (options.reply != "smew" && options.ready == WebsocketOptions().ready) dialogue.ready.clear();
    WebsocketWorkload workload(*server, std::move(dialogue), seed);
    const std::vector<StageWork> stages{{*plan, &workload}};
    LoadJob job(std::move(run), std::move(*terms), seed_targets());
    if (const auto checked = job.check(stages); !checked) return refuse(checked.error(), kExitUsage);
    return job.run(stages);
}

void add_flags(CLI::App& command, WebsocketOptions& options) {
    command.add_option("--users", options.users, "Concurrent users")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    command.add_option("--url", options.url, "Of the WebSocket")->capture_default_str();
    command.add_option("--user", options.user, "Of the workspace: sent as Authorization: Basic");
    command.add_option("--password", options.password, "Better: environment variable SMEW_PASSWORD");
    command.add_option("--token", options.token, "An API key, sent as Authorization: Bearer");
    command.add_option("--header", options.headers,
                       "A further header of the upgrade, \"Name: value\"; may be repeated");
    command.add_option("--subprotocol", options.subprotocol, "Sec-WebSocket-Protocol");
    command.add_option("--auth-message", options.auth, "A first message that logs in");
    command
        .add_option("--ready", options.ready,
                    "Text in what the server says when the user is logged in; empty: it says nothing")
        ->capture_default_str();
    command
        .add_option("--message", options.message,
                    "What users send; {id}, {user}, {number}, {int:1:9}, {text:20} are filled in")
        ->capture_default_str();
    command
        .add_option("--reply", options.reply,
                    "How the reply is known: smew, any, or a text in it such as \"\\\"id\\\":\\\"{id}\\\"\"")
        ->capture_default_str();
    command.add_option("--failure", options.failure, "Text in replies that are errors");
    command.add_flag("--deflate", options.deflate, "Offer compression");
    command.add_flag("--verify", options.verify, "Check the certificate of wss://");
    add_common(command, options.common);
}

}  // namespace

void add_websocket(CLI::App& load, Chosen& chosen) {
    CLI::App* command =
        load.add_subcommand("websocket", "Users of a WebSocket: connection time, message latency, success rates");
    const auto options = std::make_shared<WebsocketOptions>();  // shared by the parser and the callback
    options->common.duration = "60";
    options->common.think = "1s-3s";
    add_flags(*command, *options);
    command->callback([options, &chosen] {
        chosen = [options](const CommandFacts& facts) { return run_websocket(*options, facts); };
    });
}

}  // namespace smew::load
