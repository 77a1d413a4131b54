#include "catalog/errors.hpp"
#include "catalog/sqlite_store.hpp"

#include <algorithm>

namespace smew::catalog {
namespace {

constexpr std::size_t kTitleBytes = 80;

const std::string kSelect = R"(
SELECT c.id, c.title, c.created_at, c.updated_at, c.message_count
FROM conversations c JOIN workspaces w ON w.number = c.workspace
WHERE w.id = ?1 AND c.user = ?2 )";
const std::string kSelectMessages = R"(
SELECT number, role, content, sql, model, sqlstate, needs_confirmation, created_at
FROM messages WHERE conversation = ?1 )";

struct Row {
    std::int64_t number = 0;
    std::uint64_t messages = 0;
};

Conversation read_conversation(const Statement& row) {
    return {.id = ConversationId(row.text(0)),
            .title = row.text(1),
            .created_at = row.time(2),
            .updated_at = row.time(3),
            .message_count = row.size(4)};
}

ConversationMessage read_message(const Statement& row) {
    return {.number = row.integer(0),
            .role = row.text(1),
            .content = row.text(2),
            .sql = row.text(3),
            .model = row.text(4),
            .sqlstate = row.text(5),
            .needs_confirmation = row.integer(6) != 0,
            .created_at = row.time(7)};
}

std::optional<Row> find_row(Connection& db, const Talker& talker, const ConversationId& id) {
    Statement found = db.query(
        "SELECT c.number, c.message_count FROM conversations c JOIN workspaces w ON w.number = c.workspace "
        "WHERE c.id = ?1 AND w.id = ?2 AND c.user = ?3",
        id, talker.workspace, talker.user);
    if (!found.step()) return std::nullopt;
    return Row{.number = found.integer(0), .messages = found.size(1)};
}

// The first line, cut between characters.
std::string title_of(std::string_view content) {
    std::string_view title = content.substr(0, content.find_first_of("\r\n"));
    if (title.size() <= kTitleBytes) return std::string(title);
    std::size_t end = kTitleBytes;
    while (end > 0 && (static_cast<unsigned char>(title[end]) & 0xC0) == 0x80) --end;
    return std::string(title.substr(0, end)) + "…";
}

void forget_oldest(Connection& db, std::int64_t workspace, std::string_view user, std::uint64_t keep) {
    db.run(
        "DELETE FROM conversations WHERE number IN (SELECT number FROM conversations WHERE workspace = ?1 AND user = "
        "?2 "
        "ORDER BY updated_at DESC, number DESC LIMIT -1 OFFSET ?3)",
        workspace, user, keep);
}

Result<Row> create(Connection& db, const Exchange& exchange, std::uint64_t limit, WallTime now) {
    Statement workspace = db.query("SELECT number FROM workspaces WHERE id = ?1", exchange.talker.workspace);
    if (!workspace.step()) return not_found("workspace", exchange.talker.workspace.value());
    const std::int64_t number = workspace.integer(0);
    forget_oldest(db, number, exchange.talker.user, limit - 1);
    db.run(
        "INSERT INTO conversations (id, workspace, user, title, created_at, updated_at, message_count) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?5, 0)",
        exchange.conversation, number, exchange.talker.user, title_of(exchange.question.content), now);
    return Row{.number = db.last_insert_id()};
}

std::int64_t add(Connection& db, std::int64_t conversation, std::string_view role, const ConversationMessage& message,
                 WallTime now) {
    db.run(
        "INSERT INTO messages (conversation, role, content, sql, model, sqlstate, needs_confirmation, created_at) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        conversation, role, message.content, message.sql, message.model, message.sqlstate, message.needs_confirmation,
        now);
    return db.last_insert_id();
}

Result<std::int64_t> add_exchange(Connection& db, const Exchange& exchange, const ConversationLimits& limits,
                                  WallTime now) {
    std::optional<Row> row = find_row(db, exchange.talker, exchange.conversation);
    if (!row) {
        if (!exchange.may_create) return not_found("conversation", exchange.conversation.value());
        Result<Row> made = create(db, exchange, limits.conversations, now);
        if (!made) return made.error();
        row = *made;
    }
    if (row->messages + 2 > limits.messages) {
        return Error{sqlstate::kProgramLimitExceeded, "the conversation has too many messages", "",
                     "Start another one: conversation_max_messages is " + std::to_string(limits.messages) + "."};
    }
    add(db, row->number, "user", exchange.question, now);
    const std::int64_t answer = add(db, row->number, "assistant", exchange.answer, now);
    db.run("UPDATE conversations SET message_count = message_count + 2, updated_at = ?2 WHERE number = ?1", row->number,
           now);
    return answer;
}

}  // namespace

Store::ConversationPage SqliteStore::conversations(const Talker& talker, std::uint64_t limit, std::uint64_t offset) {
    return database_.read([&](Connection& db) {
        ConversationPage page;
        Statement list = db.query(kSelect + "ORDER BY c.updated_at DESC, c.number DESC LIMIT ?3 OFFSET ?4",
                                  talker.workspace, talker.user, limit, offset);
        while (list.step()) page.conversations.push_back(read_conversation(list));
        Statement count = db.query(
            "SELECT count(*) FROM conversations c JOIN workspaces w ON w.number = c.workspace "
            "WHERE w.id = ?1 AND c.user = ?2",
            talker.workspace, talker.user);
        if (count.step()) page.total = count.size(0);
        return page;
    });
}

Result<Conversation> SqliteStore::conversation(const Talker& talker, const ConversationId& id) {
    return database_.read([&](Connection& db) -> Result<Conversation> {
        Statement found = db.query(kSelect + "AND c.id = ?3", talker.workspace, talker.user, id);
        if (!found.step()) return not_found("conversation", id.value());
        return read_conversation(found);
    });
}

Result<std::vector<ConversationMessage>> SqliteStore::conversation_messages(const Talker& talker,
                                                                            const ConversationId& id,
                                                                            std::int64_t after, std::uint64_t limit) {
    return database_.read([&](Connection& db) -> Result<std::vector<ConversationMessage>> {
        const std::optional<Row> row = find_row(db, talker, id);
        if (!row) return not_found("conversation", id.value());
        std::vector<ConversationMessage> messages;
        Statement list =
            db.query(kSelectMessages + "AND number > ?2 ORDER BY number LIMIT ?3", row->number, after, limit);
        while (list.step()) messages.push_back(read_message(list));
        return messages;
    });
}

std::vector<ConversationMessage> SqliteStore::last_messages(const Talker& talker, const ConversationId& id,
                                                            std::uint64_t count) {
    return database_.read([&](Connection& db) {
        std::vector<ConversationMessage> messages;
        const std::optional<Row> row = find_row(db, talker, id);
        if (!row) return messages;
        Statement list = db.query(kSelectMessages + "ORDER BY number DESC LIMIT ?2", row->number, count);
        while (list.step()) messages.push_back(read_message(list));
        std::reverse(messages.begin(), messages.end());
        return messages;
    });
}

Result<ConversationMessage> SqliteStore::conversation_message(const Talker& talker, const ConversationId& id,
                                                              std::int64_t number) {
    return database_.read([&](Connection& db) -> Result<ConversationMessage> {
        const std::optional<Row> row = find_row(db, talker, id);
        if (!row) return not_found("conversation", id.value());
        Statement found = db.query(kSelectMessages + "AND number = ?2", row->number, number);
        if (!found.step()) return not_found("message", std::to_string(number));
        return read_message(found);
    });
}

std::vector<Result<std::int64_t>> SqliteStore::add_exchanges(const std::vector<Exchange>& exchanges,
                                                             const ConversationLimits& limits) {
    return database_.write([&](Connection& db) {
        std::vector<Result<std::int64_t>> outcomes;
        const WallTime now = clock_.now();
        for (const Exchange& exchange : exchanges) outcomes.push_back(add_exchange(db, exchange, limits, now));
        return outcomes;
    });
}

Result<void> SqliteStore::delete_conversation(const Talker& talker, const ConversationId& id) {
    return database_.write([&](Connection& db) -> Result<void> {
        const std::optional<Row> row = find_row(db, talker, id);
        if (!row) return not_found("conversation", id.value());
        db.run("DELETE FROM conversations WHERE number = ?1", row->number);
        return {};
    });
}

}  // namespace smew::catalog
