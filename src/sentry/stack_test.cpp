#include "sentry/stack.hpp"

#include "stacks/symbols.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>

namespace smew::sentry {
namespace {

[[gnu::noinline]] void throw_from_here(int depth) {
    if (depth > 0) return throw_from_here(depth - 1);
    throw std::out_of_range("far away");
}

[[gnu::noinline]] void rethrow_nested() {
    try {
        throw_from_here(0);
    } catch (...) {
        std::throw_with_nested(std::runtime_error("outer"));
    }
}

std::string functions_of(const Stack& stack) {
    std::string names;
    for (const stacks::Frame& frame : stacks::symbolise(stack.addresses(), {}))
        names += frame.function + " " + frame.file + "\n";
    return names;
}

TEST(Stack, OfAnExceptionIsTheThrowersNotTheCatchers) {
    keep_stacks_of_exceptions();
    std::exception_ptr caught;
    try {
        throw_from_here(2);
    } catch (const std::exception&) {
        caught = std::current_exception();
    }
    const std::string names = functions_of(stack_of(caught));
    EXPECT_NE(names.find("throw_from_here"), std::string::npos) << names;
    EXPECT_NE(names.find("src/sentry/stack_test.cpp"), std::string::npos) << names;
    EXPECT_EQ(functions_of(current_stack()).find("throw_from_here"), std::string::npos);
}

TEST(Stack, EachNestedExceptionHasItsOwn) {
    keep_stacks_of_exceptions();
    try {
        rethrow_nested();
    } catch (const std::exception& outer) {
        const std::string outside = functions_of(stack_of(std::current_exception()));
        const auto& nesting = dynamic_cast<const std::nested_exception&>(outer);
        const std::string inside = functions_of(stack_of(nesting.nested_ptr()));
        EXPECT_NE(inside.find("throw_from_here"), std::string::npos) << inside;
        EXPECT_EQ(outside.find("throw_from_here"), std::string::npos) << outside;
        EXPECT_NE(outside.find("rethrow_nested"), std::string::npos) << outside;
    }
}

TEST(Stack, OfAnotherThreadsExceptionIsNotInvented) {
    keep_stacks_of_exceptions();
    std::exception_ptr caught;
    std::thread([&caught] {
        try {
            throw_from_here(0);
        } catch (...) {
            caught = std::current_exception();
        }
    }).join();
    EXPECT_EQ(stack_of(caught).size, 0U);
    EXPECT_EQ(stack_of(nullptr).size, 0U);
}

TEST(Stack, ModulesHaveTheirBuildIdsAndHoldTheirAddresses) {
    const std::vector<Module> modules = loaded_modules();
    ASSERT_FALSE(modules.empty());
    EXPECT_NE(modules[0].path.find("sentry_test"), std::string::npos);
    EXPECT_EQ(modules[0].build_id.size(), 40U);
    const auto here = reinterpret_cast<std::uintptr_t>(&throw_from_here);
    EXPECT_GE(here, modules[0].base);
    EXPECT_LT(here, modules[0].base + modules[0].size);
}

// As of a worker that crashed: the same program, elsewhere in memory.
TEST(Stack, AddressesOfAnotherProcessAreFoundByTheirModules) {
    std::vector<Module> shifted = loaded_modules();
    Stack stack = current_stack();
    constexpr std::uintptr_t kElsewhere = 0x100000000;
    for (Module& module : shifted) module.base += kElsewhere;
    for (std::uintptr_t& pc : stack.pcs) pc += kElsewhere;
    const auto frames = stacks::symbolise(stack.addresses(), shifted);
    const auto ours = std::find_if(frames.begin(), frames.end(), [](const stacks::Frame& f) { return f.in_app; });
    ASSERT_NE(ours, frames.end());
    EXPECT_EQ(ours->file, "src/sentry/stack_test.cpp");
}

}  // namespace
}  // namespace smew::sentry
