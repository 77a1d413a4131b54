#include "link/query_record.hpp"

#include "link/wire.hpp"

namespace smew::link {

std::string_view to_text(Door door) {
    switch (door) {
        case Door::kPgwire:
            return "pgwire";
        case Door::kRest:
            return "rest";
        case Door::kWebsocket:
            return "websocket";
        case Door::kConsole:
            return "console";
        case Door::kInternal:
            break;
    }
    return "internal";
}

std::string_view to_text(QueryStatus status) {
    switch (status) {
        case QueryStatus::kSuccess:
            return "success";
        case QueryStatus::kError:
            return "error";
        case QueryStatus::kTimeout:
            return "timeout";
        case QueryStatus::kCancelled:
            break;
    }
    return "cancelled";
}

std::string_view to_text(SessionState state) {
    switch (state) {
        case SessionState::kStarting:
            return "starting";
        case SessionState::kActive:
            return "active";
        case SessionState::kIdle:
            return "idle";
        case SessionState::kIdleInTransaction:
            return "idle in transaction";
        case SessionState::kIdleInFailedTransaction:
            break;
    }
    return "idle in transaction (aborted)";
}

std::string_view to_text(QueryWait wait) {
    switch (wait) {
        case QueryWait::kTurn:
            return "turn";
        case QueryWait::kMemory:
            return "memory";
        case QueryWait::kNone:
            break;
    }
    return "";
}

namespace {

// Writes what wire::Encoder writes, into room that is known to suffice. There is a record for every statement, and one
// check a field costs as much as the rest of it.
class FlatEncoder {
public:
    explicit FlatEncoder(std::uint8_t* at) : at_(at) {}

    template <wire::Number T>
    void write(T value) {
        const auto big = to_big_endian(static_cast<std::make_unsigned_t<T>>(value));
        std::memcpy(at_, &big, sizeof big);
        at_ += sizeof big;
    }
    void write(std::same_as<bool> auto value) { *at_++ = value ? 1 : 0; }
    void write(wire::Enumeration auto value) { *at_++ = static_cast<std::uint8_t>(value); }
    void write(Sqlstate value) { put(value.text()); }
    void write(const std::string& value) {
        write(static_cast<std::uint32_t>(value.size()));
        put(value);
    }
    template <class Tag, class Value>
    void write(const StrongId<Tag, Value>& id) {
        write(id.value());
    }
    const std::uint8_t* end() const { return at_; }

private:
    void put(std::string_view text) {
        std::memcpy(at_, text.data(), text.size());
        at_ += text.size();
    }
    std::uint8_t* at_;
};

std::size_t text_bytes(const std::string& text) {
    return text.size();
}
template <class Tag, class Value>
std::size_t text_bytes(const StrongId<Tag, Value>& id) {
    return id.value().size();
}
std::size_t text_bytes(const auto&) {
    return 0;
}

}  // namespace

void append_record(std::vector<std::uint8_t>& out, const QueryRecord& record) {
    constexpr std::size_t kLargestFixed = 8;
    std::size_t room = boost::pfr::tuple_size_v<QueryRecord> * kLargestFixed;
    boost::pfr::for_each_field(record, [&](const auto& field) { room += text_bytes(field); });
    const std::size_t before = out.size();
    out.resize(before + room);
    FlatEncoder encoder(out.data() + before);
    boost::pfr::for_each_field(record, [&](const auto& field) { encoder.write(field); });
    out.resize(static_cast<std::size_t>(encoder.end() - out.data()));
}

bool read_record(ByteSpan bytes, QueryRecord& record) {
    wire::Decoder in(bytes);
    in.read(record);
    return in.complete();
}

}  // namespace smew::link
