#pragma once
// Which statements of the simple protocol share a plan although the literals in their texts differ. The first time a
// statement comes, in its form with parameters (sql/literals.hpp), nothing is done; the second time it is also planned
// as that form; from the third time on the form's plan runs, with the literals as its values. The form's plan is an
// ordinary prepared statement, kept where the others are.

#include "pgsession/parameter.hpp"
#include "pgsession/prepared_statement.hpp"
#include "sql/literals.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace smew::pgsession {

class SharedPlans {
public:
    enum class State : std::uint8_t { kNew, kSeen, kShared, kRefused };

    // What is known of a form: the text with parameters. Of many forms the later ones push out earlier ones.
    State state(std::string_view form) const;
    void set(std::string_view form, State state);

private:
    struct Entry {
        std::uint64_t hash = 0;
        State state = State::kNew;
    };
    std::array<Entry, 256> entries_{};
};

// Whether a client that is answered by the one cannot tell it from the other.
bool describes_the_same(const PreparedStatement& form, const PreparedStatement& statement);

// The literals as values of the statement's parameters. nullopt: one of them says something else as a value of that
// type than it does in the text, or may: '5' as an integer's text is 5, but 12.5 compared with a numeric(10,1) column
// is not 12.5 of that type.
std::optional<std::vector<engine::ParameterValue>> values_of(const std::vector<sql::Literal>& literals,
                                                             const std::vector<std::uint32_t>& types,
                                                             OwnedTexts& owned);

// An error of the form's plan, its position counted in the statement's own text.
Error in_text(Error error, const sql::ParameterForm& form, std::string_view text);

}  // namespace smew::pgsession
