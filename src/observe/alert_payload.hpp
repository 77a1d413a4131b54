#pragma once
// An alert as the JSON body of a webhook.

#include "observe/alert.hpp"

#include <string>
#include <string_view>

namespace smew::observe {

// kGeneric is the seed's format; the others are what the chat services take.
enum class PayloadFormat { kGeneric, kSlack, kTeams, kDiscord };

// `instance`: this server's name among others.
std::string render_alert(const Alert& alert, PayloadFormat format, std::string_view instance);

}  // namespace smew::observe
