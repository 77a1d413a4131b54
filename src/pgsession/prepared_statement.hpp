#pragma once
// A prepared statement as clients know it, a cache of them by text, and portals.

#include "engine/engine.hpp"
#include "engine/session_objects.hpp"
#include "pgproto/backend.hpp"
#include "pgsession/live_limits.hpp"
#include "pgsession/parameter.hpp"
#include "pgsession/row_encoder.hpp"
#include "pgsession/session_command.hpp"
#include "pgsession/statement_recorder.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace smew::pgsession {

// The encoded answer to a constant SELECT: DataRow messages and CommandComplete, good for the formats and settings
// named.
struct ConstantAnswer {
    std::vector<pgproto::Format> formats;
    std::uint64_t settings_generation = 0;
    pgproto::Buffer messages;
    std::uint64_t rows = 0;
    std::string tag;
};

// Either of the three: empty, a session command, or the engine's plan. Shared by the names, portals and the cache that
// refer to it; used by one session only.
struct PreparedStatement {
    std::string sql;
    std::vector<std::uint32_t> stated_types;  // as the client gave them
    std::optional<SessionCommand> command;
    std::unique_ptr<engine::Prepared> plan;
    std::shared_ptr<PreparedStatement> target;  // the query a prepared DECLARE is for, which has its parameters

    std::vector<std::uint32_t> parameter_types;     // one for each parameter, none 0
    std::vector<pgproto::FieldDescription> fields;  // of the result, in text format; empty without rows
    pgproto::Buffer row_description;                // all in text format
    std::optional<ConstantAnswer> constant;
    bool described = false;  // a client was told the columns

    bool empty() const { return !command && !plan; }
    // COMMIT and ROLLBACK, also TO a savepoint, which alone run in a failed block.
    bool ends_block() const;
    bool returns_rows() const { return !row_description.empty(); }
    // Takes over a plan and derives the rest from it.
    void adopt(std::unique_ptr<engine::Prepared> fresh);
    void describe_as(std::vector<pgproto::FieldDescription> columns);
    void append_row_description(pgproto::Buffer& out, std::span<const pgproto::Format> formats) const;
    std::size_t cached_bytes() const { return 512 + 2 * sql.size() + row_description.size() + constant_bytes(); }
    std::size_t constant_bytes() const { return constant ? constant->messages.size() : 0; }
};
using StatementPtr = std::shared_ptr<PreparedStatement>;

// What a client wrote, where its statement was kept without a comment that told a trace; null: the statement's own
// text.
using WrittenText = std::shared_ptr<const std::string>;

// A statement that a client has prepared.
struct ClientStatement {
    StatementPtr statement;
    WrittenText written;
    const std::string& text() const { return written ? *written : statement->sql; }
};

// Under a name of the client's.
struct NamedStatement : ClientStatement {
    std::shared_ptr<const engine::SessionObjects::PreparedRow> listed;
};

// Rows on their way from a cursor to the client.
struct RowStream {
    std::unique_ptr<engine::Cursor> cursor;
    RowEncoder encoder;
    std::shared_ptr<const TimeZone> zone;  // which the encoder uses
    const engine::Chunk* chunk = nullptr;
    std::uint64_t row = 0;  // the first of `chunk` that was not encoded
};

struct Portal {
    StatementPtr statement;
    WrittenText written;
    std::vector<std::uint8_t> bind_body;  // what parameters point into
    OwnedTexts owned;
    std::vector<engine::ParameterValue> parameters;
    std::vector<pgproto::Format> formats;  // one for each column

    std::unique_ptr<RowStream> stream;  // suspended: rows are still to come from the engine
    pgproto::Buffer spool;              // DataRow messages to be sent first
    std::size_t spool_sent = 0;
    bool scroll = false;              // the spool keeps all rows, and the next two say where in it
    std::vector<std::size_t> begins;  // where each row of the spool begins
    std::int64_t position = 0;        // the row a cursor stands on, as scroll.hpp counts
    bool hold = false, held = false;  // to be kept, was kept, at the end of its transaction
    std::uint64_t number = 0;         // later ones have higher numbers
    bool started = false;
    bool binary = false;        // DECLARE … BINARY CURSOR: how FETCH as a simple query shows it
    std::uint64_t fetched = 0;  // of a FETCH: the rows that earlier Executes of it have sent
    Delivered delivered;        // by the Executes before it was suspended
    bool finished = false;      // nothing more to come, neither from the engine nor from the spool
    StatementNotes notes;       // of the executions so far, while it is suspended
    std::optional<Error> lost;  // why the rest could not be kept when another statement needed the engine
    std::shared_ptr<const engine::SessionObjects::CursorRow> listed;  // of one with a name
};

bool all_text(std::span<const pgproto::Format> formats);
// How a client's format codes spread over `count` columns or parameters.
std::vector<pgproto::Format> spread_formats(const std::vector<pgproto::Format>& codes, std::size_t count);

}  // namespace smew::pgsession
