#pragma once
// The steps that brought the metadata database to its present shape. PRAGMA user_version holds how many were taken.
// A step that was released is never edited: the next change is a new one. Inside catalog/ only.

#include "catalog/sqlite.hpp"

#include <span>

namespace smew::catalog {

// The SQL of one step; its number is its place in the list, from 1.
using Migration = const char*;

std::span<const Migration> migrations();

// Takes the missing steps, each in a transaction of its own. Throws 55000 when the database is newer than the list.
void migrate(Connection& connection, std::span<const Migration> steps);

}  // namespace smew::catalog
