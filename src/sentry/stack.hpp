#pragma once
// The stacks of exceptions, taken where they are thrown: a hook in __cxa_throw keeps the last few of each thread.

#include "stacks/stack.hpp"

#include <exception>

namespace smew::sentry {

using stacks::current_stack;
using stacks::kMaxFrames;
using stacks::loaded_modules;
using stacks::Module;
using stacks::Stack;

// From then on the stacks of exceptions are kept. Off in a process that does not ask for it: a worker's engine throws
// for every value that does not convert.
void keep_stacks_of_exceptions();
// Of the throw of this exception, on the thread that threw it; empty when it is not known (any more).
Stack stack_of(const std::exception_ptr& exception);

}  // namespace smew::sentry
