// types.hpp promises DuckDB's own layouts; here the compiler holds it to that.
#include "engine/types.hpp"

#include <duckdb/common/types/date.hpp>
#include <duckdb/common/types/datetime.hpp>
#include <duckdb/common/types/hugeint.hpp>
#include <duckdb/common/types/interval.hpp>
#include <duckdb/common/types/string_type.hpp>
#include <duckdb/common/types/timestamp.hpp>
#include <duckdb/common/types/uhugeint.hpp>
#include <duckdb/common/types/validity_mask.hpp>
#include <duckdb/common/vector_size.hpp>

#include <cstddef>
#include <limits>
#include <type_traits>

namespace smew::engine {
namespace {

template <class Ours, class Theirs>
constexpr bool kSameShape = sizeof(Ours) == sizeof(Theirs) &&
                            alignof(Ours) <= alignof(Theirs) && std::is_trivially_copyable_v<Ours>;

static_assert(kSameShape<HugeInt, duckdb::hugeint_t>);
static_assert(offsetof(HugeInt, lower) == offsetof(duckdb::hugeint_t, lower));
static_assert(offsetof(HugeInt, upper) == offsetof(duckdb::hugeint_t, upper));
static_assert(kSameShape<UHugeInt, duckdb::uhugeint_t>);
static_assert(offsetof(UHugeInt, upper) == offsetof(duckdb::uhugeint_t, upper));

static_assert(kSameShape<Interval, duckdb::interval_t>);
static_assert(offsetof(Interval, months) == offsetof(duckdb::interval_t, months));
static_assert(offsetof(Interval, days) == offsetof(duckdb::interval_t, days));
static_assert(offsetof(Interval, micros) == offsetof(duckdb::interval_t, micros));

static_assert(kSameShape<ListEntry, duckdb::list_entry_t>);
static_assert(offsetof(ListEntry, offset) == offsetof(duckdb::list_entry_t, offset));
static_assert(offsetof(ListEntry, length) == offsetof(duckdb::list_entry_t, length));

static_assert(kSameShape<StringRef, duckdb::string_t>);
static_assert(sizeof(StringRef) == 16 && duckdb::string_t::INLINE_BYTES == 12 && duckdb::string_t::PREFIX_BYTES == 4);
static_assert(duckdb::string_t::INLINE_LENGTH == sizeof(StringRef::rest));

static_assert(sizeof(duckdb::date_t) == sizeof(std::int32_t) && sizeof(duckdb::dtime_t) == sizeof(std::int64_t));
static_assert(sizeof(duckdb::dtime_tz_t) == sizeof(std::uint64_t) && duckdb::dtime_tz_t::MAX_OFFSET == 16 * 3600 - 1);
static_assert(duckdb::dtime_tz_t::TIME_BITS == 40 && duckdb::dtime_tz_t::OFFSET_BITS == 24);
static_assert(sizeof(duckdb::timestamp_t) == sizeof(std::int64_t) &&
              sizeof(duckdb::timestamp_tz_t) == sizeof(std::int64_t));
static_assert(std::is_same_v<duckdb::validity_t, std::uint64_t>);
static_assert(STANDARD_VECTOR_SIZE == 2048);

}  // namespace
}  // namespace smew::engine
