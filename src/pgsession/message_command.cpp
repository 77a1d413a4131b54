// LISTEN, UNLISTEN and NOTIFY. Source: PostgreSQL 15 documentation, the pages of these commands.
#include "pgsession/session_command.hpp"

namespace smew::pgsession {
namespace {

using Kind = TransactionMessages::Kind;

Result<std::string> read_channel(CommandReader& reader) {
    if (!reader.peek().names_something()) return reader.syntax_error();
    return sql::identifier_value(reader.next());
}

Result<SessionCommand> at_end(CommandReader& reader, TransactionMessages::Message message) {
    if (!reader.at_end()) return reader.syntax_error();
    return SessionCommand(MessageCommand{std::move(message)});
}

}  // namespace

Result<SessionCommand> read_listen(CommandReader& reader) {
    Result<std::string> channel = read_channel(reader);
    if (!channel) return channel.error();
    return at_end(reader, {Kind::kListen, std::move(*channel), ""});
}

Result<SessionCommand> read_unlisten(CommandReader& reader) {
    if (reader.take_symbol('*')) return at_end(reader, {Kind::kUnlistenAll, "", ""});
    Result<std::string> channel = read_channel(reader);
    if (!channel) return channel.error();
    return at_end(reader, {Kind::kUnlisten, std::move(*channel), ""});
}

Result<SessionCommand> read_notify(CommandReader& reader) {
    Result<std::string> channel = read_channel(reader);
    if (!channel) return channel.error();
    std::string payload;
    if (reader.take_symbol(',')) {
        if (reader.peek().kind != sql::TokenKind::kString) return reader.syntax_error();
        payload = sql::string_value(reader.next());
    }
    return at_end(reader, {Kind::kNotify, std::move(*channel), std::move(payload)});
}

}  // namespace smew::pgsession
