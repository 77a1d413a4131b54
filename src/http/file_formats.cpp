#include "http/file_formats.hpp"

#include "http/problem.hpp"
#include "http/render.hpp"
#include "http/url.hpp"

#include <algorithm>
#include <cctype>

namespace smew::http {
namespace {

using link::FileCompression;
using link::FileFormat;

FileMagic magic_for(FileCompression compression) {
    return compression == FileCompression::kGzip ? FileMagic::kGzip : FileMagic::kZstd;
}

void check_parquet(FileMagic magic, FileFormat format) {
    if (format == FileFormat::kParquet && magic != FileMagic::kParquet) {
        fail(400, "invalid_format", "the body is no Parquet file");
    }
    if (format != FileFormat::kParquet && magic == FileMagic::kParquet) {
        fail(400, "invalid_format", "the body is a Parquet file; say format=parquet");
    }
}

}  // namespace

FileFormat format_of(std::string_view text) {
    if (text == "parquet") return FileFormat::kParquet;
    return text == "ndjson" ? FileFormat::kNdjson : FileFormat::kCsv;
}

std::string_view to_text(FileFormat format) {
    switch (format) {
        case FileFormat::kParquet:
            return "parquet";
        case FileFormat::kNdjson:
            return "ndjson";
        case FileFormat::kCsv:
            break;
    }
    return "csv";
}

FileCompression compression_of(std::string_view text, FileFormat format) {
    if (text == "snappy" && format != FileFormat::kParquet) {
        fail(400, "invalid_compression", "snappy is for Parquet only");
    }
    if (text == "gzip") return FileCompression::kGzip;
    if (text == "zstd") return FileCompression::kZstd;
    return FileCompression::kNone;  // of Parquet: its usual page compression, which is snappy
}

FileCompression detect_compression(const std::filesystem::path& file, std::string_view content_encoding,
                                   FileFormat format) {
    std::string encoding(content_encoding);
    std::transform(encoding.begin(), encoding.end(), encoding.begin(), [](unsigned char c) { return std::tolower(c); });
    const FileMagic magic = magic_of(file);
    if (encoding.empty() || encoding == "identity") {
        check_parquet(magic, format);
        if (format == FileFormat::kParquet) return FileCompression::kNone;
        if (magic == FileMagic::kGzip) return FileCompression::kGzip;
        return magic == FileMagic::kZstd ? FileCompression::kZstd : FileCompression::kNone;
    }
    const bool gzip = encoding == "gzip" || encoding == "x-gzip";
    if (!gzip && encoding != "zstd") {
        fail(415, "unsupported_encoding", "Content-Encoding must be gzip, zstd or identity");
    }
    if (format == FileFormat::kParquet) {
        fail(415, "unsupported_encoding", "a Parquet file is compressed inside; send it without Content-Encoding");
    }
    const FileCompression declared = gzip ? FileCompression::kGzip : FileCompression::kZstd;
    if (magic != magic_for(declared)) fail(400, "invalid_body", "the body is not encoded as Content-Encoding says");
    return declared;
}

link::CsvOptions csv_options(const Request& request) {
    link::CsvOptions options;
    if (auto text = request.option("delimiter"); text && !text->empty()) options.delimiter = *text;
    if (auto text = request.option("quote")) options.quote = *text;
    if (auto text = request.option("escape")) options.escape = *text;
    if (auto text = request.option("null_string")) options.null_string = *text;
    if (auto text = request.option("date_format")) options.date_format = *text;
    if (auto text = request.option("timestamp_format")) options.timestamp_format = *text;
    if (request.option("header")) options.header = request.flag("header");
    return options;
}

link::CsvOptions csv_options(const boost::json::value* body) {
    link::CsvOptions options;
    if (body == nullptr) return options;
    options.delimiter = text_of(*body, "delimiter").value_or(options.delimiter);
    options.quote = text_of(*body, "quote").value_or(options.quote);
    options.escape = text_of(*body, "escape").value_or(options.escape);
    options.null_string = text_of(*body, "null_string").value_or(options.null_string);
    options.date_format = text_of(*body, "date_format").value_or("");
    options.timestamp_format = text_of(*body, "timestamp_format").value_or("");
    options.header = flag_of(*body, "header").value_or(options.header);
    return options;
}

MediaType media_type(FileFormat format, FileCompression compression) {
    if (format == FileFormat::kParquet) return {"application/vnd.apache.parquet", ".parquet"};
    MediaType media = format == FileFormat::kCsv ? MediaType{"text/csv; charset=utf-8", ".csv"}
                                                 : MediaType{"application/x-ndjson", ".ndjson"};
    if (compression == FileCompression::kGzip) return {"application/gzip", media.suffix + ".gz"};
    if (compression == FileCompression::kZstd) return {"application/zstd", media.suffix + ".zst"};
    return media;
}

std::string attachment(std::string_view name) {
    std::string plain(name);
    const auto risky = [](unsigned char c) { return !(std::isalnum(c) || c == '.' || c == '-' || c == '_'); };
    std::replace_if(plain.begin(), plain.end(), risky, '_');
    return "attachment; filename=\"" + plain + "\"; filename*=UTF-8''" + percent_encode(name);
}

}  // namespace smew::http
