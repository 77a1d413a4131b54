#pragma once
// How query records follow each other from a worker to the gateway. Clients send the same statements again and again:
// of a record that differs from an earlier one in its numbers and times only, these alone are written, some 15 bytes in
// place of 300. So both sides remember the last records, each in the same slot, and no byte between them may be lost.

#include "link/query_record.hpp"

#include <array>
#include <functional>
#include <memory>
#include <vector>

namespace smew::link {

inline constexpr std::size_t kRecordSlots = 512;
inline constexpr std::size_t kLargestRemembered = 2048;  // bytes of a record's texts

class RecordNumbers;

class RecordWriter {
public:
    // Appends to `out`. `record`: numbers of a session in their order.
    void write(std::vector<std::uint8_t>& out, const QueryRecord& record);
    // What was written last does not reach the reader.
    void take_back();

private:
    std::array<std::unique_ptr<QueryRecord>, kRecordSlots> slots_;
    std::size_t last_ = kRecordSlots;  // the slot written last, or none
    std::vector<std::uint8_t> whole_;  // of one record
};

class RecordReader {
public:
    // `fresh`: all fields are as the worker reported them. Else only numbers and times are, and the others as they were
    // left when a record was given before.
    using Each = std::function<void(QueryRecord& record, bool fresh)>;
    // False when malformed; what came before was given, and nothing that follows can be understood.
    bool read(ByteSpan bytes, const Each& each);
    // What was made of records while there was another number is no longer valid: they come fresh again.
    void valid_for(std::uint64_t number);

private:
    struct Slot {
        QueryRecord record;
        std::string encoded;  // as it came
        bool valid = true;    // what was made of `record`
    };
    bool read_whole(ByteSpan encoded, std::size_t slot, const Each& each);
    bool read_repeated(RecordNumbers& numbers, std::size_t slot, const Each& each);

    std::array<std::unique_ptr<Slot>, kRecordSlots> slots_;
    QueryRecord passing_;  // of no slot
    std::uint64_t number_ = 0;
};

// What a worker's statements did that ended since the last time, in their order.
struct QueryRecords {
    ProjectId project;
    WorkspaceId workspace;
    std::string frames;                    // record_frames.hpp
    std::shared_ptr<RecordReader> reader;  // the worker's own: given along, to be used by one thread
    std::uint64_t dropped = 0;             // for which there was no room
};

// Takes what workers report. Called on the fleet's thread, which all workers wait for: implementations return at once.
class QueryRecordSink {
public:
    virtual ~QueryRecordSink() = default;
    // False: it has very much to read. What is not taken from the workers waits with them, or is dropped there.
    virtual bool has_room() const = 0;
    virtual void take(QueryRecords records) = 0;
};

}  // namespace smew::link
