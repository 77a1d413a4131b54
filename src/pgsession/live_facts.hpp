#pragma once
// What the engine's functions may ask of the session they run in, answered from its parts. Internal.

#include "engine/backends.hpp"
#include "engine/engine.hpp"
#include "engine/memory_claims.hpp"
#include "engine/session_objects.hpp"
#include "link/messages.hpp"
#include "pgsession/listing.hpp"
#include "pgsession/observation.hpp"
#include "pgsession/session_roster.hpp"
#include "pgsession/settings.hpp"
#include "pgsession/transaction_block.hpp"
#include "pgsession/transaction_messages.hpp"

#include <chrono>
#include <functional>

namespace smew::pgsession {

// What the session has under names; a row goes when the statement or portal that keeps it goes.
struct NamedObjects {
    Listing<engine::SessionObjects::PreparedRow> statements;
    Listing<engine::SessionObjects::CursorRow> cursors;
};

class LiveFacts final : public engine::SessionFacts,
                        public engine::Backends,
                        public engine::SessionObjects,
                        public engine::MemoryClaims {
public:
    // The parts of the session it looks at; they outlive it.
    struct Parts {
        const link::AdoptSession& info;
        Settings& settings;
        const TransactionBlock& block;
        const LiveLimits& limits;
        const std::chrono::steady_clock::time_point& statement_started;
        const SessionRoster& roster;
        const NamedObjects& objects;
        TransactionMessages& messages;
        const Observation& observation;
        std::function<Result<std::shared_ptr<void>>(std::uint64_t bytes)> claim_memory;
    };
    explicit LiveFacts(const Parts& parts);

    const Identity& identity() const override { return identity_; }
    std::string version() const override;
    std::vector<std::string> search_path() const override;
    std::int64_t server_start_micros() const override;
    std::int64_t statement_start_micros() const override;
    std::optional<std::string> setting(std::string_view name) const override;
    Result<std::string> set_setting(std::string_view name, const std::optional<std::string>& value,
                                    Scope scope) override;
    std::vector<SettingRow> settings() const override;
    std::vector<Backend> backends() const override;
    bool signal_backend(std::int32_t backend_pid, CancelReason reason) override;
    Result<std::shared_ptr<void>> claim_memory(std::uint64_t bytes) override { return parts_.claim_memory(bytes); }
    std::vector<PreparedRow> prepared_statements() const override { return parts_.objects.statements.rows(); }
    std::vector<CursorRow> cursors() const override { return parts_.objects.cursors.rows(); }
    Result<void> notify(std::string channel, std::string payload) override;

    static std::int64_t micros_now();  // since 1970

private:
    const Parts parts_;
    const Identity identity_;
};

}  // namespace smew::pgsession
