#include "core/byte_io.hpp"
#include "pgsession/parameter.hpp"
#include "pgsession/sql_lexer.hpp"
#include "pgsession/type_map.hpp"

#include <algorithm>
#include <array>
#include <memory>

namespace smew::pgsession {
namespace {

using engine::ListValue;
using engine::ParameterValue;
using Value = Result<ParameterValue>;

constexpr int kMaxDimensions = 6;  // PostgreSQL's MAXDIM

Error malformed(std::string_view text, std::string detail) {
    return {sqlstate::kInvalidTextRepresentation, "malformed array literal: \"" + std::string(text) + "\"", std::move(detail)};
}

// The element type of a list that holds lists holds, in turn, their type.
engine::Type list_of(engine::Type element) {
    engine::Type list;
    list.id = engine::TypeId::kList;
    list.children.push_back(std::move(element));
    return list;
}

// Reads PostgreSQL's array text.
class ArrayText {
  public:
    ArrayText(std::uint32_t element, std::string_view text, OwnedTexts& owned) : element_(element), text_(text), owned_(owned) {}

    Value read() {
        skip_bounds();
        Value list = read_list(1);
        if (!list) return list;
        skip_blanks();
        if (at_ != text_.size()) return malformed(text_, "Junk after closing right brace.");
        return list;
    }

  private:
    void skip_blanks() {
        while (at_ < text_.size() && std::string_view(" \t\n\r\v\f").find(text_[at_]) != std::string_view::npos) ++at_;
    }
    bool take(char c) {
        skip_blanks();
        if (at_ >= text_.size() || text_[at_] != c) return false;
        ++at_;
        return true;
    }
    // "[1:3]=" states bounds, which lists do not have.
    void skip_bounds() {
        skip_blanks();
        if (at_ >= text_.size() || text_[at_] != '[') return;
        const std::size_t equals = text_.find('=', at_);
        if (equals != std::string_view::npos) at_ = equals + 1;
    }

    Value read_list(int depth) {
        if (!take('{')) return malformed(text_, "Array value must start with \"{\" or dimension information.");
        if (depth > kMaxDimensions) return malformed(text_, "The number of array dimensions exceeds the maximum allowed (6).");
        auto list = std::make_shared<ListValue>();
        list->element = engine_type_of(element_);
        if (take('}')) return ParameterValue(list);
        do {
            skip_blanks();
            const bool nested = at_ < text_.size() && text_[at_] == '{';
            Value value = nested ? read_list(depth + 1) : read_element();
            if (!value) return value;
            if (nested) list->element = list_of(std::get<std::shared_ptr<ListValue>>(*value)->element);
            list->values.push_back(std::move(*value));
        } while (take(','));
        if (!take('}')) return malformed(text_, "Unexpected end of input.");
        return ParameterValue(list);
    }

    Value read_element() {
        if (at_ < text_.size() && text_[at_] == '"') return read_quoted();
        std::string word;
        while (at_ < text_.size() && std::string_view(",{}\"").find(text_[at_]) == std::string_view::npos) {
            if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
            word += text_[at_++];
        }
        word.erase(word.find_last_not_of(" \t\n\r\v\f") + 1);
        if (word.empty()) return malformed(text_, "Unexpected \"" + std::string(text_.substr(at_, 1)) + "\" character.");
        if (equal_ignoring_case(word, "null")) return ParameterValue(engine::Null{});
        return decode_text_parameter(element_, owned_.emplace_back(std::move(word)), owned_);
    }

    Value read_quoted() {
        std::string word;
        for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
            if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
            word += text_[at_];
        }
        if (at_ >= text_.size()) return malformed(text_, "Unexpected end of input.");
        ++at_;
        return decode_text_parameter(element_, owned_.emplace_back(std::move(word)), owned_);
    }

    std::uint32_t element_;
    std::string_view text_;
    OwnedTexts& owned_;
    std::size_t at_ = 0;
};

// Reads PostgreSQL's binary array: dimensions, then the elements in row-major order.
class ArrayBinary {
  public:
    ArrayBinary(std::uint32_t element, ByteSpan bytes, std::size_t number, OwnedTexts& owned)
        : element_(element), reader_(bytes), number_(number), owned_(owned) {}

    Value read() {
        const std::int32_t dimensions = reader_.i32();
        const std::int32_t any_null = reader_.i32();
        const std::uint32_t stated = reader_.u32();
        if (!reader_.ok() || dimensions < 0 || dimensions > kMaxDimensions || any_null < 0 || any_null > 1) return wrong();
        if (stated != element_) {
            return Error{sqlstate::kDatatypeMismatch, "binary data has array element type " + std::to_string(stated) +
                                                          " instead of expected " + std::to_string(element_)};
        }
        for (std::int32_t i = 0; i < dimensions; ++i) {
            sizes_[static_cast<std::size_t>(i)] = reader_.u32();
            reader_.u32();  // the lower bound
        }
        dimensions_ = static_cast<std::size_t>(dimensions);
        Value list = dimensions == 0 ? Value(ParameterValue(empty_list())) : read_dimension(0);
        if (list && !reader_.complete()) return wrong();
        return list;
    }

  private:
    Error wrong() const {
        return {sqlstate::kInvalidBinaryRepresentation,
                "incorrect binary data format in bind parameter " + std::to_string(number_)};
    }
    std::shared_ptr<ListValue> empty_list() const {
        auto list = std::make_shared<ListValue>();
        list->element = engine_type_of(element_);
        return list;
    }

    Value read_dimension(std::size_t dimension) {
        auto list = empty_list();
        for (std::size_t inner = dimension + 1; inner < dimensions_; ++inner) list->element = list_of(std::move(list->element));
        // Each element takes four bytes at least: a count above what is there is a lie.
        if (sizes_[dimension] > reader_.remaining() / 4) return wrong();
        for (std::uint32_t i = 0; i < sizes_[dimension]; ++i) {
            Value value = dimension + 1 < dimensions_ ? read_dimension(dimension + 1) : read_element();
            if (!value) return value;
            list->values.push_back(std::move(*value));
        }
        return ParameterValue(list);
    }

    Value read_element() {
        const std::int32_t length = reader_.i32();
        if (length == -1 && reader_.ok()) return ParameterValue(engine::Null{});
        if (length < 0) return wrong();
        const ByteSpan bytes = reader_.bytes(static_cast<std::size_t>(length));
        if (!reader_.ok()) return wrong();
        return decode_binary_parameter(element_, bytes, number_, owned_);
    }

    std::uint32_t element_;
    ByteReader reader_;
    std::size_t number_;
    OwnedTexts& owned_;
    std::array<std::uint32_t, kMaxDimensions> sizes_{};
    std::size_t dimensions_ = 0;
};

}  // namespace

Value decode_array_text(std::uint32_t element_type, std::string_view text, OwnedTexts& owned) {
    return ArrayText(element_type, text, owned).read();
}

Value decode_array_binary(std::uint32_t element_type, ByteSpan bytes, std::size_t number, OwnedTexts& owned) {
    return ArrayBinary(element_type, bytes, number, owned).read();
}

}  // namespace smew::pgsession
