# One folder = one room = one library target.
#
#   eyelid_add_room(detection
#     SOURCES        anchors.cpp hog_face_detector.cpp
#     TESTS          anchors_test.cpp
#     SLOW_TESTS     HogFaceDetector.*          # a filter of GoogleTest: left out by `make quick`
#     BUSY_TESTS     hog_test.cpp               # of TESTS, what computes for seconds by itself: optimized a little
#     DEPENDS        core kernels               # other rooms, public
#     LIBRARIES      PkgConfig::SQLITE          # third-party, private
#     TEST_LIBRARIES PkgConfig::MATIO)
add_library(eyelid_flags INTERFACE)
target_compile_features(eyelid_flags INTERFACE cxx_std_20)
target_compile_options(eyelid_flags INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall;-Wextra;-Wconversion;-Wshadow>
  # Fused or separate multiply-add is the kernel's choice, never the optimizer's: same bits everywhere.
  $<$<COMPILE_LANGUAGE:CXX>:-ffp-contract=off>
  $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<BOOL:${EYELID_WERROR}>>:-Werror>
  # In a unity build these two would judge a file by its neighbors.
  $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<BOOL:${CMAKE_UNITY_BUILD}>>:-Wno-shadow>
  $<$<AND:$<COMPILE_LANG_AND_ID:CXX,GNU>,$<BOOL:${CMAKE_UNITY_BUILD}>>:-Wno-subobject-linkage>)
target_include_directories(eyelid_flags INTERFACE ${PROJECT_SOURCE_DIR}/src)

function(eyelid_add_room room)
  cmake_parse_arguments(arg "" "SLOW_TESTS"
    "SOURCES;TESTS;BUSY_TESTS;DEPENDS;LIBRARIES;TEST_DEPENDS;TEST_LIBRARIES" ${ARGN})
  set(base ${PROJECT_SOURCE_DIR})
  if(CMAKE_CURRENT_SOURCE_DIR MATCHES "/src/eyelid/")
    set(base ${PROJECT_SOURCE_DIR}/src)  # included as "eyelid/room/header.hpp"
  endif()
  add_library(eyelid_${room} STATIC ${arg_SOURCES})
  add_library(eyelid::${room} ALIAS eyelid_${room})
  target_include_directories(eyelid_${room} PUBLIC ${base})
  list(TRANSFORM arg_DEPENDS PREPEND eyelid_)
  target_link_libraries(eyelid_${room} PUBLIC ${arg_DEPENDS} PRIVATE eyelid_flags ${arg_LIBRARIES})
  if(EYELID_TESTS AND arg_TESTS)
    list(TRANSFORM arg_TEST_DEPENDS PREPEND eyelid_)
    eyelid_optimize_a_little(${arg_BUSY_TESTS})
    eyelid_add_tests(${room} SOURCES ${arg_TESTS} SLOW "${arg_SLOW_TESTS}"
      LIBRARIES eyelid_${room} ${arg_TEST_DEPENDS} ${arg_TEST_LIBRARIES})
  endif()
endfunction()

# Everything `make quick` builds.
add_custom_target(eyelid_unit_tests)

# What nearly every test includes, compiled once: with it, and without optimizing, each of the 240 test files takes 3 s to
# compile instead of 7.6.
function(eyelid_add_test_headers)
  if(TARGET eyelid_test_headers)
    return()
  endif()
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/generated/test_headers.cpp CONTENT "int main() { return 0; }\n")
  # A program, as its users are: a compiler takes a precompiled header only for code of the same kind.
  add_executable(eyelid_test_headers ${PROJECT_BINARY_DIR}/generated/test_headers.cpp)
  target_precompile_headers(eyelid_test_headers PRIVATE
    <gtest/gtest.h> <algorithm> <cmath> <filesystem> <fstream> <functional> <random> <string> <thread> <vector>)
  eyelid_compile_as_tests(eyelid_test_headers)
endfunction()

# Test files that compute for seconds by themselves. Without the shared header: it is of a compiler that does not optimize.
function(eyelid_optimize_a_little)
  set_source_files_properties(${ARGN} PROPERTIES
    COMPILE_OPTIONS "$<$<CONFIG:Release>:-O1>" SKIP_PRECOMPILE_HEADERS ON)
endfunction()

function(eyelid_compile_as_tests target)
  target_link_libraries(${target} PRIVATE eyelid_flags GTest::gtest GTest::gtest_main)
  target_compile_options(${target} PRIVATE -pthread $<$<CONFIG:Release>:-O0>)
endfunction()

# One test program per room; every case is a CTest entry `room/Suite.Case`. GTEST_SKIP shows as skipped.
# A test has one label (CMake 3.25 loses the others): `unit` unless LABEL says otherwise, `slow` for what SLOW, a filter of
# GoogleTest, names. `make quick` runs the unit tests.
function(eyelid_add_tests name)
  cmake_parse_arguments(arg "" "TIMEOUT;SLOW;LABEL" "SOURCES;LIBRARIES" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  add_executable(eyelid_${name}_tests ${arg_SOURCES})
  set_target_properties(eyelid_${name}_tests PROPERTIES UNITY_BUILD OFF)  # each file has helpers of its own
  target_link_libraries(eyelid_${name}_tests PRIVATE ${arg_LIBRARIES} eyelid_test_support)
  eyelid_compile_as_tests(eyelid_${name}_tests)
  eyelid_add_test_headers()
  target_precompile_headers(eyelid_${name}_tests REUSE_FROM eyelid_test_headers)
  if(NOT arg_LABEL)
    set(arg_LABEL unit)
    add_dependencies(eyelid_unit_tests eyelid_${name}_tests)
  endif()
  eyelid_discover_tests(${name} "-${arg_SLOW}" ${arg_TIMEOUT} ${arg_LABEL})
  if(arg_SLOW)
    eyelid_discover_tests(${name} "${arg_SLOW}" ${arg_TIMEOUT} slow)
  endif()
endfunction()

function(eyelid_discover_tests name filter timeout label)
  gtest_discover_tests(eyelid_${name}_tests
    TEST_PREFIX "${name}/" TEST_FILTER "${filter}" DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
    PROPERTIES TIMEOUT ${timeout} LABELS ${label})
endfunction()
