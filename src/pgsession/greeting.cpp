#include "pgsession/session_impl.hpp"

#include <algorithm>
#include <array>

namespace smew::pgsession {
namespace {

// What of a StartupMessage is no setting.
constexpr std::array<std::string_view, 4> kNoSettings{"user", "database", "options", "replication"};

// The words of `options`: apart by blanks, a backslash makes the next character plain.
std::vector<std::string> split_options(std::string_view options) {
    std::vector<std::string> words;
    bool in_word = false;
    for (std::size_t i = 0; i < options.size(); ++i) {
        char c = options[i];
        if (c == ' ' || c == '\t' || c == '\n') {
            in_word = false;
            continue;
        }
        if (c == '\\' && i + 1 < options.size()) c = options[++i];
        if (!in_word) words.emplace_back();
        in_word = true;
        words.back() += c;
    }
    return words;
}

Error bad_option(std::string_view word) {
    return {sqlstate::kSyntaxError, "invalid command-line argument for server process: " + std::string(word), "",
            "Write options as -c name=value."};
}

}  // namespace

bool SessionImpl::greet() {
    pgproto::write_authentication_ok(wire_.out());
    Result<void> begun = take_startup_parameters();
    if (begun) begun = connect_engine();
    if (!begun) {
        end_with(begun.error());
        return false;
    }
    begin_text({});  // so that the session is listed by its name before it says anything
    for (const auto& [name, value] : settings_.take_reports())
        pgproto::write_parameter_status(wire_.out(), name, value);
    pgproto::write_backend_key_data(wire_.out(), info_.backend_pid, as_bytes(info_.cancel_key));
    pgproto::write_ready_for_query(wire_.out(), pgproto::TransactionStatus::kIdle);
    return true;
}

Result<void> SessionImpl::connect_engine() {
    auto connection = instance_.connect(facts_);
    if (!connection) return connection.error();
    watch_.attach(nullptr);
    connection_ = std::move(*connection);
    watch_.attach(connection_.get());
    block_.attach(connection_.get());
    told_zone_.clear();
    told_path_ = definition_of(Setting::kSearchPath).default_value;
    told_dialect_ = "postgres";
    told_slow_ = {};
    profiling_ = dynamic_cast<engine::Profiling*>(connection_.get());
    return {};
}

Result<void> SessionImpl::take_startup_parameters() {
    settings_.set_fixed(Setting::kSessionAuthorization, info_.user);
    // Options first: a parameter of its own counts more, as in PostgreSQL.
    for (const auto& [name, value] : info_.parameters) {
        if (name != "options") continue;
        if (const Result<void> taken = take_options(value); !taken) return taken;
    }
    for (const auto& [name, value] : info_.parameters) {
        if (name == "replication" && value != "false" && value != "off" && value != "0" && value != "no") {
            return Error{sqlstate::kFeatureNotSupported, "replication connections are not supported"};
        }
        const bool protocol_option = name.starts_with("_pq_.");
        if (protocol_option || std::ranges::find(kNoSettings, name) != kNoSettings.end()) continue;
        if (const Result<void> set = settings_.set_at_start(name, value); !set) return set;
    }
    return {};
}

// "-c name=value", "-cname=value" and "--name=value", where a dash in the name stands for an underscore.
Result<void> SessionImpl::take_options(std::string_view options) {
    const std::vector<std::string> words = split_options(options);
    for (std::size_t i = 0; i < words.size(); ++i) {
        std::string assignment;
        if (words[i] == "-c" && i + 1 < words.size()) {
            assignment = words[++i];
        } else if (words[i].starts_with("-c") || words[i].starts_with("--")) {
            assignment = words[i].substr(2);
        }
        const std::size_t equals = assignment.find('=');
        if (equals == std::string::npos || equals == 0) return bad_option(words[i]);
        std::string name = assignment.substr(0, equals);
        std::ranges::replace(name, '-', '_');
        if (const Result<void> set = settings_.set_at_start(name, assignment.substr(equals + 1)); !set) return set;
    }
    return {};
}

}  // namespace smew::pgsession
