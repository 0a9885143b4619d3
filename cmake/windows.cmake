# Windows, as far as it goes (docs/install.md): the rooms from lid heights to tables, which need headers of other libraries but
# none of their code, and their tests. What they need: fmt, nlohmann/json and the sources of GoogleTest, as Debian has them.
find_package(Threads REQUIRED)
set(EYELID_HOST_HEADERS /usr/include CACHE PATH "Folder with the headers fmt/, nlohmann/ and simde/")
set(EYELID_GOOGLETEST /usr/src/googletest/googletest CACHE PATH "Sources of GoogleTest")

# Of the host's headers these alone: its C library is another.
set(headers ${PROJECT_BINARY_DIR}/headers)
file(MAKE_DIRECTORY ${headers})
foreach(library fmt nlohmann simde)
  file(CREATE_LINK ${EYELID_HOST_HEADERS}/${library} ${headers}/${library} SYMBOLIC)
endforeach()
if(EXISTS ${EYELID_HOST_HEADERS}/simde)
  set(EYELID_SIMDE_INCLUDE ${headers} CACHE PATH "")
endif()
add_library(nlohmann_json::nlohmann_json INTERFACE IMPORTED)
add_library(fmt::fmt INTERFACE IMPORTED)
target_compile_definitions(fmt::fmt INTERFACE FMT_HEADER_ONLY)

include(cmake/rooms.cmake)
include(cmake/cpu_targets.cmake)
include(cmake/embed_files.cmake)
target_include_directories(eyelid_flags SYSTEM INTERFACE ${headers})
# Offsets in streams of more than 2 GB.
target_compile_definitions(eyelid_flags INTERFACE _FILE_OFFSET_BITS=64)

enable_testing()
include(GoogleTest)
add_subdirectory(${EYELID_GOOGLETEST} ${PROJECT_BINARY_DIR}/googletest EXCLUDE_FROM_ALL)
add_subdirectory(tests/support)
foreach(room core platform files compute kernels closure conditioning tables)
  add_subdirectory(src/eyelid/${room})
endforeach()
# For the tests of conditioning; its own compare with dlib.
set(EYELID_TESTS OFF)
add_subdirectory(src/eyelid/synthesis)
