#pragma once
// Query records on their way to the gateway: bytes in memory that it shares with one worker. The worker writes and
// waits for nobody; the gateway reads when it has the time, and what a worker wrote is there also after that was
// killed.

#include "core/bytes.hpp"
#include "core/error.hpp"
#include "core/fd.hpp"

#include <cstdint>
#include <string>
#include <utility>

namespace smew::link {

class RecordRing {
public:
    static constexpr std::size_t kBytes = 8U << 20;  // that wait; above it records are dropped

    static Result<RecordRing> create();        // gateway
    static Result<RecordRing> map(int memfd);  // worker; XX000 when that is no such memory
    RecordRing(RecordRing&&) noexcept;
    RecordRing& operator=(RecordRing&&) noexcept;
    ~RecordRing();

    // ---- worker, one thread at a time
    // All of it or, when there is no room, nothing; that is counted.
    bool put(ByteSpan bytes);
    std::size_t waiting() const;

    // ---- gateway, one thread at a time
    struct Taken {
        std::string bytes;
        std::uint64_t dropped = 0;  // calls of put() since the last time that found no room
    };
    // What was put since the last time. The other side is not trusted: any bytes may be there, never too many.
    Taken take();

    int fd() const { return fd_.get(); }

private:
    struct Shared;
    RecordRing(UniqueFd fd, void* memory);
    static Result<RecordRing> map_all(UniqueFd fd);

    UniqueFd fd_;
    Shared* shared_ = nullptr;
    std::uint8_t* data_ = nullptr;
    // Positions only grow; their rest by kBytes is the place. This side's own, which the other cannot change.
    std::uint64_t position_ = 0;  // worker: written up to here; gateway: read up to here
    std::uint64_t begin_ = 0;     // worker: nothing waits before it
};

}  // namespace smew::link
