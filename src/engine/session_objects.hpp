#pragma once
// What a session has prepared and declared, as pg_prepared_statements and pg_cursors list it, and what pg_notify()
// sends. A session's SessionFacts may be this, too; where they are not, there is nothing of the kind. Any thread calls
// it: a plan whose rows are still wanted goes on while its session does something else.

#include "core/error.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace smew::engine {

class SessionObjects {
public:
    struct PreparedRow {
        std::string name, statement;
        std::int64_t prepared_micros = 0;           // since 1970
        std::vector<std::int64_t> parameter_types;  // OIDs
        bool by_sql = false;                        // PREPARE, not the protocol's Parse
    };
    struct CursorRow {
        std::string name, statement;
        bool holdable = false, binary = false, scrollable = false;
        std::int64_t opened_micros = 0;
    };

    virtual ~SessionObjects() = default;
    virtual std::vector<PreparedRow> prepared_statements() const = 0;
    virtual std::vector<CursorRow> cursors() const = 0;
    // Reaches those who listen when the transaction is committed. Error 22023 or 54000.
    virtual Result<void> notify(std::string channel, std::string payload) = 0;
};

}  // namespace smew::engine
