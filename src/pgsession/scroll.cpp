#include "pgsession/scroll.hpp"

#include <algorithm>

namespace smew::pgsession {
namespace {

ScrollStep one_row(std::int64_t row, std::int64_t known) {
    if (row < 1) return {.position = 0};
    if (row > known) return {.position = known + 1};
    return {.first = row, .rows = 1, .position = row};
}

ScrollStep forward(std::optional<std::int64_t> count, std::int64_t position, std::int64_t known) {
    const std::int64_t left = std::max<std::int64_t>(known - position, 0);
    const std::int64_t rows = std::min(count.value_or(left + 1), left);
    const bool past = !count || *count > left;
    return {.first = position + 1, .rows = rows, .position = past ? known + 1 : position + rows};
}

ScrollStep backward(std::optional<std::int64_t> count, std::int64_t position) {
    const std::int64_t left = std::max<std::int64_t>(position - 1, 0);
    const std::int64_t rows = std::min(count.value_or(left + 1), left);
    const bool past = !count || *count > left;
    return {.first = position - 1, .rows = rows, .backward = true, .position = past ? 0 : position - rows};
}

}  // namespace

std::optional<std::int64_t> rows_wanted(const FetchDirection& direction, std::int64_t position) {
    switch (direction.to) {
        case FetchTo::kForward:
            if (!direction.count) return std::nullopt;
            return position + *direction.count;
        case FetchTo::kBackward:
            return position;
        case FetchTo::kAbsolute:
            if (*direction.count < 0) return std::nullopt;
            return *direction.count;
        case FetchTo::kRelative:
            return position + *direction.count;
    }
    return std::nullopt;
}

ScrollStep scroll(const FetchDirection& direction, std::int64_t position, std::int64_t known) {
    switch (direction.to) {
        case FetchTo::kForward:
            return forward(direction.count, position, known);
        case FetchTo::kBackward:
            return backward(direction.count, position);
        case FetchTo::kAbsolute:
            return one_row(*direction.count < 0 ? known + 1 + *direction.count : *direction.count, known);
        case FetchTo::kRelative: {
            if (*direction.count != 0) return one_row(position + *direction.count, known);
            const bool on_row = position >= 1 && position <= known;
            return {.first = position, .rows = on_row ? 1 : 0, .position = position};
        }
    }
    return {};
}

bool is_forward(const FetchDirection& direction, std::int64_t position) {
    if (direction.to == FetchTo::kForward) return true;
    if (direction.to == FetchTo::kBackward) return false;
    return *direction.count > (direction.to == FetchTo::kAbsolute ? position : 0);
}

}  // namespace smew::pgsession
