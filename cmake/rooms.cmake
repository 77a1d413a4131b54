# A room is a folder of src/ that builds to one static library. Files named *_test.cpp build to its test program.
#
#   smew_room(<folder> DEPS <rooms it may include> LIBS <third-party targets that stay inside it>)
#
# Each declaration is also written to <build>/rooms.txt, which the include-direction test reads.
file(WRITE "${CMAKE_BINARY_DIR}/rooms.txt" "")

function(smew_room room)
  cmake_parse_arguments(ROOM "" "" "DEPS;LIBS" ${ARGN})
  file(APPEND "${CMAKE_BINARY_DIR}/rooms.txt" "${room}: ${ROOM_DEPS}\n")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/src/${room}/*.cpp")
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  list(TRANSFORM ROOM_DEPS PREPEND smew_)

  if(sources)
    add_library(smew_${room} STATIC ${sources})
    target_include_directories(smew_${room} PUBLIC "${CMAKE_SOURCE_DIR}/src")
    target_link_libraries(smew_${room} PUBLIC ${ROOM_DEPS} smew_boost Threads::Threads PRIVATE ${ROOM_LIBS})
    set(linked smew_${room})
  else()
    add_library(smew_${room} INTERFACE)
    target_include_directories(smew_${room} INTERFACE "${CMAKE_SOURCE_DIR}/src")
    target_link_libraries(smew_${room} INTERFACE ${ROOM_DEPS} smew_boost Threads::Threads)
    set(linked smew_${room})
  endif()

  if(tests AND NOT SMEW_FUZZ)
    add_executable(${room}_test ${tests})
    target_link_libraries(${room}_test PRIVATE ${linked} ${ROOM_LIBS} GTest::gtest_main)
    target_compile_definitions(${room}_test PRIVATE SMEW_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    set_target_properties(${room}_test PROPERTIES BUILD_RPATH "${DUCKDB_DIR}/lib")
    add_test(NAME ${room} COMMAND ${room}_test --gtest_output=json:${CMAKE_BINARY_DIR}/${room}_test.json)
    set_tests_properties(${room} PROPERTIES TIMEOUT 300)
    # UBSan's findings would only be printed else, and the test would pass.
    set_tests_properties(${room} PROPERTIES ENVIRONMENT "UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1")
  endif()
endfunction()

# The program itself: src/<folder>/*.cpp, which sees every room.
function(smew_program name folder)
  cmake_parse_arguments(ROOM "" "" "DEPS" ${ARGN})
  file(APPEND "${CMAKE_BINARY_DIR}/rooms.txt" "${folder}: ${ROOM_DEPS}\n")
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/src/${folder}/*.cpp")
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  list(TRANSFORM ROOM_DEPS PREPEND smew_)
  if(NOT sources)
    return()
  endif()
  add_executable(${name} ${sources})
  target_compile_definitions(${name} PRIVATE SMEW_VERSION="${PROJECT_VERSION}")
  target_link_libraries(${name} PRIVATE ${ROOM_DEPS} smew_asio smew_beast smew_json)
  # The library lies beside the program, so a copied folder runs without settings.
  set_target_properties(${name} PROPERTIES BUILD_RPATH "$ORIGIN" INSTALL_RPATH "$ORIGIN")
  add_custom_command(TARGET ${name} POST_BUILD
    COMMAND ${CMAKE_COMMAND} -E copy_if_different "${DUCKDB_DIR}/lib/libduckdb.so" "$<TARGET_FILE_DIR:${name}>/libduckdb.so")
endfunction()
