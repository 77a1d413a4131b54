#pragma once
// Is a compressed source whole? DuckDB 1.5.5 reads a gzip or zstd file that was cut off as if it ended there, and never
// compares a checksum: rows would be lost or changed without an error (measured). So the file is looked through first.

#include "core/error.hpp"
#include "link/messages.hpp"

#include <atomic>
#include <string>

namespace smew::engine::loader {

// gzip (RFC 1952): every member is unpacked, its CRC and length compared; 0.2 s CPU for 44 MB of text.
// zstd (RFC 8878): frames and blocks are walked by their headers, without unpacking, to the end of the last one.
// Errors: 22P04 cut off, damaged or not of that kind; 58030 unreadable; 57014 cancelled.
Result<void> check_compressed(const std::string& path, link::FileCompression compression,
                              const std::atomic<bool>& cancel);

}  // namespace smew::engine::loader
