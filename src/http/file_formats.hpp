#pragma once
// Names of file formats and compressions, as the API spells them.

#include "http/message.hpp"
#include "http/upload.hpp"
#include "link/messages.hpp"

#include <boost/json/value.hpp>

#include <string>
#include <string_view>

namespace smew::http {

// Of checked text: "csv", "parquet", "ndjson".
link::FileFormat format_of(std::string_view text);
std::string_view to_text(link::FileFormat format);

// Of checked text: "none", "gzip", "zstd", "snappy". 400 invalid_compression when the format does not have it.
link::FileCompression compression_of(std::string_view text, link::FileFormat format);

// What a file is compressed with, by its first bytes. 400 when it is not what `content_encoding` or `format` say, 415
// for an encoding that is not known.
link::FileCompression detect_compression(const std::filesystem::path& file, std::string_view content_encoding,
                                         link::FileFormat format);

link::CsvOptions csv_options(const Request& request);             // of the query
link::CsvOptions csv_options(const boost::json::value* options);  // of a body; null: all defaults

struct MediaType {
    std::string type;
    std::string suffix;  // ".csv.gz"
};
MediaType media_type(link::FileFormat format, link::FileCompression compression);

// A Content-Disposition that makes browsers keep the body as a file of that name.
std::string attachment(std::string_view name);

}  // namespace smew::http
