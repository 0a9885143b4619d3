# Every third-party library of the project, found once. Debian 12 packages: tools/install_dependencies.sh.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(TBB REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
pkg_check_modules(FFMPEG REQUIRED IMPORTED_TARGET libavformat libavcodec libavutil libswscale)
pkg_check_modules(TURBOJPEG REQUIRED IMPORTED_TARGET libturbojpeg)
pkg_check_modules(TIFF REQUIRED IMPORTED_TARGET libtiff-4)
pkg_check_modules(LIBDEFLATE REQUIRED IMPORTED_TARGET libdeflate)
pkg_check_modules(LIBZIP REQUIRED IMPORTED_TARGET libzip)
pkg_check_modules(HDF5 REQUIRED IMPORTED_TARGET hdf5)
pkg_check_modules(MATIO REQUIRED IMPORTED_TARGET matio)
pkg_check_modules(PUGIXML REQUIRED IMPORTED_TARGET pugixml)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl)
pkg_check_modules(HTTPLIB REQUIRED IMPORTED_TARGET cpp-httplib)
# The few functions of dlib that its headers do not hold, from the static library: the shared one loads OpenBLAS, whose threads
# start with the program and never end where memory is short.
find_path(EYELID_DLIB_HEADERS dlib/algs.h REQUIRED)
find_library(EYELID_DLIB_LIBRARY libdlib.a REQUIRED)
# Shared libraries of ours (benchmarks/peers, the Python module) cannot hold the static one.
find_library(EYELID_SHARED_DLIB_LIBRARY dlib REQUIRED)
set(type $<TARGET_PROPERTY:TYPE>)
set(is_shared $<OR:$<STREQUAL:${type},SHARED_LIBRARY>,$<STREQUAL:${type},MODULE_LIBRARY>>)
add_library(eyelid_dlib INTERFACE IMPORTED)
set_target_properties(eyelid_dlib PROPERTIES
  INTERFACE_INCLUDE_DIRECTORIES ${EYELID_DLIB_HEADERS}
  INTERFACE_COMPILE_OPTIONS "$<$<COMPILE_LANGUAGE:CXX>:SHELL:-include ${CMAKE_CURRENT_LIST_DIR}/dlib_without_blas.hpp>"
  INTERFACE_LINK_LIBRARIES "$<IF:${is_shared},${EYELID_SHARED_DLIB_LIBRARY},${EYELID_DLIB_LIBRARY}>;Threads::Threads")
if(EYELID_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()
if(EYELID_BENCHMARKS)
  find_package(benchmark QUIET)  # blazeface_bench only
endif()
