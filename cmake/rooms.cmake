# One folder = one room = one library target.
#
#   eyelid_add_room(detection
#     PUBLIC_HEADERS face_detector.hpp
#     SOURCES        anchors.cpp hog_face_detector.cpp
#     TESTS          anchors_test.cpp
#     DEPENDS        core kernels               # other rooms, public
#     LIBRARIES      dlib::dlib                 # third-party, private
#     TEST_LIBRARIES dlib::dlib)
add_library(eyelid_flags INTERFACE)
target_compile_features(eyelid_flags INTERFACE cxx_std_20)
target_compile_options(eyelid_flags INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall;-Wextra;-Wconversion;-Wshadow>
  # Fused or separate multiply-add is the kernel's choice, never the optimizer's: same bits everywhere.
  $<$<COMPILE_LANGUAGE:CXX>:-ffp-contract=off>
  $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<BOOL:${EYELID_WERROR}>>:-Werror>)
target_include_directories(eyelid_flags INTERFACE ${PROJECT_SOURCE_DIR}/src)

function(eyelid_add_room room)
  cmake_parse_arguments(arg "" "" "PUBLIC_HEADERS;SOURCES;TESTS;DEPENDS;LIBRARIES;TEST_DEPENDS;TEST_LIBRARIES" ${ARGN})
  set(base ${PROJECT_SOURCE_DIR})
  if(CMAKE_CURRENT_SOURCE_DIR MATCHES "/src/eyelid/")
    set(base ${PROJECT_SOURCE_DIR}/src)  # included as "eyelid/room/header.hpp"
  endif()
  add_library(eyelid_${room} STATIC ${arg_SOURCES})
  add_library(eyelid::${room} ALIAS eyelid_${room})
  target_sources(eyelid_${room} PUBLIC FILE_SET HEADERS
    BASE_DIRS ${base} FILES ${arg_PUBLIC_HEADERS})
  list(TRANSFORM arg_DEPENDS PREPEND eyelid_)
  target_link_libraries(eyelid_${room} PUBLIC ${arg_DEPENDS} PRIVATE eyelid_flags ${arg_LIBRARIES})
  if(EYELID_TESTS AND arg_TESTS)
    list(TRANSFORM arg_TEST_DEPENDS PREPEND eyelid_)
    eyelid_add_tests(${room} SOURCES ${arg_TESTS}
      LIBRARIES eyelid_${room} ${arg_TEST_DEPENDS} ${arg_TEST_LIBRARIES})
  endif()
endfunction()

# One test program per room; every case is a CTest entry `room/Suite.Case`. GTEST_SKIP shows as skipped.
function(eyelid_add_tests name)
  cmake_parse_arguments(arg "" "TIMEOUT" "SOURCES;LIBRARIES;LABELS" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  add_executable(eyelid_${name}_tests ${arg_SOURCES})
  target_link_libraries(eyelid_${name}_tests PRIVATE
    ${arg_LIBRARIES} eyelid_flags eyelid_test_support GTest::gtest GTest::gtest_main)
  gtest_discover_tests(eyelid_${name}_tests
    TEST_PREFIX "${name}/" DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
    PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS "${name};${arg_LABELS}")
endfunction()
