#include "core/byte_io.hpp"
#include "pgsession/parameter.hpp"
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

// The element type of a list that holds lists holds, in turn, their type.
engine::Type list_of(engine::Type element) {
    engine::Type list;
    list.id = engine::TypeId::kList;
    list.children.push_back(std::move(element));
    return list;
}

// Reads PostgreSQL's binary array: dimensions, then the elements in row-major order.
class ArrayBinary {
public:
    ArrayBinary(std::uint32_t element, ByteSpan bytes, std::size_t number, OwnedTexts& owned)
        : element_(element), reader_(bytes), number_(number), owned_(owned) {}

    Value read() {
        const std::int32_t dimensions = reader_.i32();
        const std::int32_t any_null = reader_.i32();
        const std::uint32_t stated = reader_.u32();
        if (!reader_.ok() || dimensions < 0 || dimensions > kMaxDimensions || any_null < 0 || any_null > 1)
            return wrong();
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
        const std::string where = number_ == 0 ? "" : " in bind parameter " + std::to_string(number_);
        return {sqlstate::kInvalidBinaryRepresentation, "incorrect binary data format" + where};
    }
    std::shared_ptr<ListValue> empty_list() const {
        auto list = std::make_shared<ListValue>();
        list->element = engine_type_of(element_);
        return list;
    }

    Value read_dimension(std::size_t dimension) {
        auto list = empty_list();
        for (std::size_t inner = dimension + 1; inner < dimensions_; ++inner)
            list->element = list_of(std::move(list->element));
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

Value decode_array_binary(std::uint32_t element_type, ByteSpan bytes, std::size_t number, OwnedTexts& owned) {
    return ArrayBinary(element_type, bytes, number, owned).read();
}

}  // namespace smew::pgsession
