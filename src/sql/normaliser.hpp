#pragma once
// SQL without its literals: for logs that must not hold data, and to tell which statements are the same but for them.
// In doubt more is left out than needed, never less: nothing but words, names and symbols of the text comes through.

#include <string>
#include <string_view>

namespace smew::sql {

struct Normalised {
    // As written, with ? for each literal, comments left out, blanks in a row made one, and lists of literals and rows
    // of VALUES behind the first one as "...". Values in the shape of words are literals, too, where a statement is for
    // them: SET x = ?, ALTER ROLE r PASSWORD ?, CREATE SECRET s ?.
    std::string text;
    // The same with words in lower case and one blank between all tokens: equal for statements that differ in nothing
    // but literals and layout.
    std::string canonical;
    // False when a quote does not end: where the literals are is then anybody's guess, and only the first word is told.
    bool whole = true;
};

Normalised normalise(std::string_view sql);

// What may be shown of a text where its literals may not. `unreadable`: the engine could not parse it.
std::string without_literals(std::string_view sql, bool unreadable);

// Of a text that is no SQL the engine can parse: its first word, if that is a word of SQL, and "...".
std::string first_word_only(std::string_view sql);

}  // namespace smew::sql
