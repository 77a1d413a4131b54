#include "engine/source_text.hpp"

#include "core/characters.hpp"
#include "engine/errors.hpp"

#include <algorithm>

namespace smew::engine {
SourceText::SourceText(std::string_view written, std::vector<TextEdit> edits)
    : written_(written), edits_(std::move(edits)) {
    std::size_t at = 0;
    for (const TextEdit& edit : edits_) {
        parsed_.append(written_, at, edit.at - at).append(edit.text);
        at = edit.at + edit.length;
    }
    parsed_.append(written_, at);
}

std::size_t SourceText::written_byte(std::size_t parsed_byte) const {
    std::size_t grown = 0, shrunk = 0;  // by the edits before the place
    for (const TextEdit& edit : edits_) {
        const std::size_t start = edit.at + grown - shrunk;
        if (parsed_byte < start) break;
        if (parsed_byte < start + edit.text.size()) return edit.at;
        grown += edit.text.size();
        shrunk += edit.length;
    }
    return std::min(parsed_byte + shrunk - grown, written_.size());
}

Error SourceText::moved(Error error) const {
    if (edits_.empty() || error.position == 0) return error;
    const std::size_t byte = written_byte(byte_of_character(parsed_, static_cast<std::size_t>(error.position) - 1));
    error.position = count_characters(std::string_view(written_).substr(0, byte)) + 1;
    return error;
}

Error SourceText::error(const duckdb::ErrorData& error) const {
    return moved(to_error(error, parsed_));
}

Error SourceText::error(const std::exception& exception) const {
    return moved(to_error(exception, parsed_));
}

}  // namespace smew::engine
