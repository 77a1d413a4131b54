// Rows that are kept, as the messages they will be sent as: of portals that gave way to another statement, of cursors
// that scroll or outlive their transaction.
#include "pgsession/session_impl.hpp"

namespace smew::pgsession {
namespace {

// What a suspended portal may keep in memory when another statement needs the engine.
constexpr std::size_t kMaxSpoolBytes = 64U << 20;

Error too_large_to_keep(const Portal& portal) {
    if (portal.scroll || portal.hold) {
        return {sqlstate::kProgramLimitExceeded, "the rows of the cursor are too large to keep", "",
                "Declare it without SCROLL and WITH HOLD, or keep the result in a temporary table."};
    }
    return {sqlstate::kProgramLimitExceeded,
            "the rest of a suspended portal is too large to keep while another statement runs", "",
            "Read the result to its end first, or use another connection for the other statement."};
}

std::size_t message_length(const pgproto::Buffer& messages, std::size_t at) {
    std::uint32_t length = 0;
    for (std::size_t i = 1; i <= 4; ++i) length = (length << 8) | messages[at + i];
    return length + std::size_t{1};
}

// Where the rows behind `from` begin.
void note_rows(Portal& portal, std::size_t from) {
    for (std::size_t at = from; at < portal.spool.size(); at += message_length(portal.spool, at)) {
        portal.begins.push_back(at);
    }
}

}  // namespace

// The engine has one open cursor a connection: what a suspended portal has not given yet is kept for it.
void SessionImpl::spool_suspended() {
    if (suspended_ == nullptr) return;
    Portal& portal = *suspended_;
    if (const Result<void> kept = spool_rest(portal); !kept) portal.lost = kept.error();
    suspended_ = nullptr;
    portal.stream.reset();
}

Result<void> SessionImpl::spool_rest(Portal& portal) {
    return read_ahead(portal, std::nullopt);
}

Result<void> SessionImpl::read_ahead(Portal& portal, std::optional<std::int64_t> rows) {
    if (!portal.stream) return {};
    RowStream& stream = *portal.stream;
    while (!rows || static_cast<std::int64_t>(portal.begins.size()) < *rows) {
        if (stream.chunk == nullptr || stream.row == stream.chunk->rows) {
            const Result<const engine::Chunk*> next = stream.cursor->next();
            if (!next) return next.error();
            if (*next == nullptr) {
                if (suspended_ == &portal) suspended_ = nullptr;
                portal.stream.reset();
                return {};
            }
            stream.chunk = *next;
            stream.row = 0;
        }
        const std::size_t before = portal.spool.size();
        const auto row =
            stream.encoder.encode(*stream.chunk, stream.row, stream.chunk->rows, portal.spool, kMaxSpoolBytes);
        if (!row) return row.error();
        stream.row = *row;
        if (portal.scroll) note_rows(portal, before);
        if (portal.spool.size() >= kMaxSpoolBytes) {
            portal.spool = {};
            portal.begins.clear();
            return too_large_to_keep(portal);
        }
    }
    return {};
}

Result<bool> SessionImpl::send_spool(Portal& portal, std::uint64_t max_rows, std::uint64_t& sent) {
    while (portal.spool_sent < portal.spool.size()) {
        if (max_rows != 0 && sent >= max_rows) return false;
        const std::size_t length = message_length(portal.spool, portal.spool_sent);
        const std::uint8_t* const begin = portal.spool.data() + portal.spool_sent;
        const std::size_t at = wire_.out().size();
        wire_.out().insert(wire_.out().end(), begin, begin + length);
        if (const Result<void> counted = count_delivered(1, at); !counted) return counted.error();
        portal.spool_sent += length;
        ++sent;
        recorder_.rows(1);
        if (wire_.unsent() >= Wire::kFlushBytes) {
            if (const Result<void> flushed = flush_rows(); !flushed) return flushed.error();
        }
    }
    portal.spool = {};
    portal.spool_sent = 0;
    return true;
}

bool SessionImpl::skip_spool(Portal& portal, std::uint64_t max_rows, std::uint64_t& skipped) {
    for (; portal.spool_sent < portal.spool.size(); ++skipped) {
        if (max_rows != 0 && skipped >= max_rows) return false;
        portal.spool_sent += message_length(portal.spool, portal.spool_sent);
    }
    portal.spool = {};
    portal.spool_sent = 0;
    return true;
}

}  // namespace smew::pgsession
