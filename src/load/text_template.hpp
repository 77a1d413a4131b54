#pragma once
// Text with places to be filled anew each time: SQL of scenarios, messages of the WebSocket driver.
//   {int:1:1000}  a whole number in this range      {number}  of the operation, counted from 1
//   {user}        of the user, counted from 0       {text:20} so many letters
//   {id}          of the message, for its reply     {seed}    of the run
// Anything else in braces stays as it is, so that JSON needs no escapes.

#include "core/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace smew::load {

class TextTemplate {
public:
    struct Facts {
        std::uint64_t number = 0, user = 0, seed = 0, random = 0;
        std::string id;
    };

    explicit TextTemplate(std::string_view text);

    // Everything in its place, as text.
    std::string filled(const Facts& facts) const;
    // For prepared statements: "$1", "$2", … in the places, and what belongs there.
    std::string with_parameters() const;
    std::vector<std::string> parameters(const Facts& facts) const;
    bool has_places() const { return parts_.size() > 1; }

private:
    enum class Place { kNone, kInt, kNumber, kUser, kText, kId, kSeed };
    struct Part {
        std::string before;  // literal text
        Place place = Place::kNone;
        std::int64_t low = 0, high = 0;
    };
    static bool read_place(std::string_view inside, Part& part);
    static std::string value(const Part& part, const Facts& facts, std::uint64_t random);

    std::vector<Part> parts_;
};

}  // namespace smew::load
