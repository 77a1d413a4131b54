#include "link/record_frames.hpp"

#include "link/wire.hpp"

#include <algorithm>
#include <cstring>

namespace smew::link {
namespace {

// A frame begins with a number: its lowest bit says whether a record follows that is in a slot already, the others name
// the slot, from 1; 0 is none.
constexpr std::uint64_t kNoSlot = 0;
constexpr std::size_t kMostKept = 64U << 10;  // bytes of a buffer

void put_number(std::vector<std::uint8_t>& out, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7U) out.push_back(static_cast<std::uint8_t>(value | 0x80U));
    out.push_back(static_cast<std::uint8_t>(value));
}

bool worth_remembering(const QueryRecord& record) {
    if (record.slow || !record.plan.empty()) return false;
    return record.query.size() + record.command_tag.size() + record.application_name.size() +
               record.traceparent.size() + record.error.size() <=
           kLargestRemembered;
}

// But for their numbers. User, client and door are the session's for its life.
bool alike(const QueryRecord& a, const QueryRecord& b) {
    return a.query == b.query && a.session == b.session && a.command_tag == b.command_tag &&
           a.application_name == b.application_name && a.traceparent == b.traceparent && a.error == b.error &&
           a.status == b.status && a.sqlstate == b.sqlstate && a.query_bytes == b.query_bytes &&
           a.peak_memory_bytes == b.peak_memory_bytes && a.spilled_bytes == b.spilled_bytes;
}

// Of the text's ends only: that is enough to find a slot.
std::uint64_t ends_of(std::string_view text) {
    std::uint64_t front = 0, back = 0;
    const std::size_t count = std::min(text.size(), sizeof front);
    std::memcpy(&front, text.data(), count);
    std::memcpy(&back, text.data() + text.size() - count, count);
    return (front * 3 + back + text.size()) * 0x9E3779B97F4A7C15ULL;
}

std::size_t slot_of(const QueryRecord& record) {
    return ((ends_of(record.session.value()) * 31 + ends_of(record.query)) >> 32U) % kRecordSlots;
}

}  // namespace

// What is written of a record that repeats another. The two that only grow are told as their difference.
class RecordNumbers {
public:
    static void write(std::vector<std::uint8_t>& out, const QueryRecord& record, QueryRecord& before) {
        put_number(out, record.number - std::exchange(before.number, record.number));
        put_number(out, static_cast<std::uint64_t>(record.started_at_us) -
                            static_cast<std::uint64_t>(std::exchange(before.started_at_us, record.started_at_us)));
        for (const std::uint64_t value : {record.duration_us, record.plan_us, record.first_row_us, record.queued_us,
                                          record.rows_returned, record.rows_affected, record.bytes_returned}) {
            put_number(out, value);
        }
    }

    explicit RecordNumbers(ByteSpan bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

    bool more() const { return ok_ && at_ != end_; }
    bool ok() const { return ok_; }
    std::uint64_t next() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64 && at_ != end_; shift += 7) {
            const std::uint8_t byte = *at_++;
            value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
            if (byte < 0x80) return value;
        }
        ok_ = false;
        return 0;
    }
    ByteSpan bytes(std::uint64_t count) {
        ok_ = ok_ && count <= static_cast<std::uint64_t>(end_ - at_);
        if (!ok_) return {};
        const ByteSpan taken(at_, static_cast<std::size_t>(count));
        at_ += count;
        return taken;
    }
    void read(QueryRecord& record) {
        record.number += next();
        record.started_at_us = static_cast<std::int64_t>(static_cast<std::uint64_t>(record.started_at_us) + next());
        for (std::uint64_t* value : {&record.duration_us, &record.plan_us, &record.first_row_us, &record.queued_us,
                                     &record.rows_returned, &record.rows_affected, &record.bytes_returned}) {
            *value = next();
        }
    }

private:
    const std::uint8_t *at_, *end_;
    bool ok_ = true;
};

void RecordWriter::write(std::vector<std::uint8_t>& out, const QueryRecord& record) {
    const std::size_t slot = slot_of(record);
    const bool remembered = worth_remembering(record);
    last_ = remembered ? slot : kRecordSlots;
    if (remembered && slots_[slot] && alike(*slots_[slot], record)) {
        put_number(out, (slot + 1) << 1U | 1U);
        return RecordNumbers::write(out, record, *slots_[slot]);
    }
    whole_.clear();
    append_record(whole_, record);
    put_number(out, remembered ? (slot + 1) << 1U : kNoSlot);
    put_number(out, whole_.size());
    out.insert(out.end(), whole_.begin(), whole_.end());
    if (whole_.capacity() > kMostKept) whole_ = {};
    if (!remembered) return;
    if (!slots_[slot]) slots_[slot] = std::make_unique<QueryRecord>();
    *slots_[slot] = record;
}

void RecordWriter::take_back() {
    if (last_ < kRecordSlots) slots_[last_].reset();
}

bool RecordReader::read(ByteSpan bytes, const Each& each) {
    RecordNumbers numbers(bytes);
    while (numbers.more()) {
        const std::uint64_t head = numbers.next();
        const std::size_t slot = (head >> 1U) - 1;
        if ((head >> 1U) > kRecordSlots) return false;
        const bool done = (head & 1U) != 0 ? read_repeated(numbers, slot, each)
                                           : read_whole(numbers.bytes(numbers.next()), slot, each);
        if (!done) return false;
    }
    return numbers.ok();
}

bool RecordReader::read_whole(ByteSpan encoded, std::size_t slot, const Each& each) {
    QueryRecord* record = &passing_;
    if (slot < kRecordSlots) {
        if (!slots_[slot]) slots_[slot] = std::make_unique<Slot>();
        slots_[slot]->encoded = as_text(encoded);
        slots_[slot]->valid = true;
        record = &slots_[slot]->record;
    }
    if (!read_record(encoded, *record)) return false;
    each(*record, true);
    return true;
}

bool RecordReader::read_repeated(RecordNumbers& numbers, std::size_t slot, const Each& each) {
    if (slot >= kRecordSlots || !slots_[slot]) return false;
    Slot& known = *slots_[slot];
    const bool fresh = !std::exchange(known.valid, true);
    if (fresh) {
        const std::uint64_t number = known.record.number;
        const std::int64_t started = known.record.started_at_us;
        if (!read_record(as_bytes(known.encoded), known.record)) return false;
        known.record.number = number;
        known.record.started_at_us = started;
    }
    numbers.read(known.record);
    if (!numbers.ok()) return false;
    each(known.record, fresh);
    return true;
}

void RecordReader::valid_for(std::uint64_t number) {
    if (std::exchange(number_, number) == number) return;
    for (const auto& slot : slots_) {
        if (slot) slot->valid = false;
    }
}

}  // namespace smew::link
