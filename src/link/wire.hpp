#pragma once
// How a value lies in a frame's payload. Structs are described by their own declaration (Boost.PFR walks the fields in
// order), so a field that is added is written and read without a line here, and the two directions cannot drift apart.
//
// Numbers big-endian in their own width; bool and enums one byte; strings and lists behind a 4-byte count; optional
// behind a bool; variant behind its index in one byte; structs field by field.

#include "core/byte_io.hpp"
#include "link/messages.hpp"

#include <boost/pfr/core.hpp>
#include <boost/pfr/tuple_size.hpp>

#include <concepts>
#include <type_traits>

namespace smew::link::wire {

// The highest value each enumeration has on the wire.
template <class E>
inline constexpr std::uint8_t kLast = [] {
    static_assert(sizeof(E) == 0, "say which value is the last");
    return std::uint8_t{0};
}();
template <>
inline constexpr auto kLast<WorkerKind> = static_cast<std::uint8_t>(WorkerKind::kLoader);
template <>
inline constexpr auto kLast<Sandbox> = static_cast<std::uint8_t>(Sandbox::kOff);
template <>
inline constexpr auto kLast<CancelReason> = static_cast<std::uint8_t>(CancelReason::kWorkerLost);
template <>
inline constexpr auto kLast<FileFormat> = static_cast<std::uint8_t>(FileFormat::kNdjson);
template <>
inline constexpr auto kLast<FileCompression> = static_cast<std::uint8_t>(FileCompression::kZstd);
template <>
inline constexpr auto kLast<ImportMode> = static_cast<std::uint8_t>(ImportMode::kUpsert);
template <>
inline constexpr auto kLast<Door> = static_cast<std::uint8_t>(Door::kInternal);
template <>
inline constexpr auto kLast<QueryStatus> = static_cast<std::uint8_t>(QueryStatus::kCancelled);
template <>
inline constexpr auto kLast<TextMode> = static_cast<std::uint8_t>(TextMode::kHashOnly);
template <>
inline constexpr auto kLast<QueryWait> = static_cast<std::uint8_t>(QueryWait::kMemory);
template <>
inline constexpr auto kLast<SessionState> = static_cast<std::uint8_t>(SessionState::kIdleInFailedTransaction);

template <class T>
concept Enumeration = std::is_enum_v<T>;
template <class T>
concept Number = std::integral<T> && !std::same_as<T, bool>;
template <class T>
concept Structure = std::is_aggregate_v<T>;

class Encoder {
public:
    explicit Encoder(std::vector<std::uint8_t>& out) : out_(out) {}

    template <Number T>
    void write(T value) {
        const auto big = to_big_endian(static_cast<std::make_unsigned_t<T>>(value));
        const auto* raw = reinterpret_cast<const std::uint8_t*>(&big);
        out_.bytes({raw, sizeof big});
    }
    template <std::same_as<bool> T>
    void write(T value) {
        out_.u8(value ? 1 : 0);
    }
    void write(Enumeration auto value) { out_.u8(static_cast<std::uint8_t>(value)); }
    void write(const std::string& value) { out_.sized(value); }
    void write(Sqlstate value) { out_.text(value.text()); }
    template <class Tag, class Value>
    void write(const StrongId<Tag, Value>& value) {
        write(value.value());
    }
    template <class A, class B>
    void write(const std::pair<A, B>& value) {
        write(value.first);
        write(value.second);
    }
    template <class T>
    void write(const std::optional<T>& value) {
        write(value.has_value());
        if (value) write(*value);
    }
    template <class T>
    void write(const std::vector<T>& values) {
        out_.u32(static_cast<std::uint32_t>(values.size()));
        for (const T& value : values) write(value);
    }
    template <class... Ts>
    void write(const std::variant<Ts...>& value) {
        out_.u8(static_cast<std::uint8_t>(value.index()));
        std::visit([this](const auto& held) { write(held); }, value);
    }
    template <Structure T>
    void write(const T& value) {
        boost::pfr::for_each_field(value, [this](const auto& field) { write(field); });
    }

private:
    ByteWriter out_;
};

// Reads what a stranger may have written. Nothing is allocated by a count alone: a string must lie in the frame, and a
// list grows only as its elements are read, all lists of a frame together up to kMaxElements.
class Decoder {
public:
    // A frame of 64 MiB then never becomes more than some hundred megabytes of small objects.
    static constexpr std::uint32_t kMaxElements = 2'000'000;

    explicit Decoder(ByteSpan data) : in_(data) {}

    bool ok() const { return valid_ && in_.ok(); }
    bool complete() const { return valid_ && in_.complete(); }

    template <Number T>
    void read(T& value) {
        std::make_unsigned_t<T> big{};
        const ByteSpan raw = in_.bytes(sizeof big);
        if (raw.size() == sizeof big) std::memcpy(&big, raw.data(), sizeof big);
        value = static_cast<T>(to_big_endian(big));
    }
    template <std::same_as<bool> T>
    void read(T& value) {
        value = at_most(1) == 1;
    }
    template <Enumeration T>
    void read(T& value) {
        value = static_cast<T>(at_most(kLast<T>));
    }
    void read(std::string& value) { value = in_.sized(); }
    void read(Sqlstate& value) { value = Sqlstate::from_text(in_.text(5)); }
    template <class Tag, class Value>
    void read(StrongId<Tag, Value>& value) {
        Value plain{};
        read(plain);
        value = StrongId<Tag, Value>(std::move(plain));
    }
    template <class A, class B>
    void read(std::pair<A, B>& value) {
        read(value.first);
        read(value.second);
    }
    template <class T>
    void read(std::optional<T>& value) {
        bool present = false;
        read(present);
        if (present && ok()) read(value.emplace());
    }
    template <class T>
    void read(std::vector<T>& values) {
        const std::uint32_t count = in_.u32();
        // Every element takes at least one byte, so more elements than bytes is a lie told early.
        if (count > in_.remaining() || count > kMaxElements - elements_) return reject();
        elements_ += count;
        for (std::uint32_t i = 0; i < count && ok(); ++i) read(values.emplace_back());
    }
    template <class... Ts>
    void read(std::variant<Ts...>& value) {
        const std::uint8_t index = at_most(sizeof...(Ts) - 1);
        if (ok()) read_alternative(value, index, std::index_sequence_for<Ts...>{});
    }
    template <Structure T>
    void read(T& value) {
        boost::pfr::for_each_field(value, [this](auto& field) {
            if (ok()) read(field);
        });
    }

private:
    template <class Variant, std::size_t... I>
    void read_alternative(Variant& value, std::size_t index, std::index_sequence<I...>) {
        ((I == index ? read(value.template emplace<I>()) : void()), ...);
    }
    std::uint8_t at_most(std::uint8_t last) {
        const std::uint8_t value = in_.u8();
        if (value <= last) return value;
        reject();
        return 0;
    }
    void reject() { valid_ = false; }

    ByteReader in_;
    std::uint32_t elements_ = 0;
    bool valid_ = true;
};

}  // namespace smew::link::wire
