# The one table of instruction-set flags. A file compiled with these may run only after
# compute/cpu_features.hpp has said that the processor can.
set(EYELID_FLAGS_x86_sse41  -msse4.1)
set(EYELID_FLAGS_x86_avx2   -mavx2 -mfma -mf16c)
if(MINGW)
  # The stack of Windows is aligned to 16 bytes, but gcc stores wider registers there as if it were aligned to their width
  # (gcc.gnu.org/PR54412).
  list(APPEND EYELID_FLAGS_x86_avx2 -Wa,-muse-unaligned-vector-move)
endif()
set(EYELID_FLAGS_x86_avx512 ${EYELID_FLAGS_x86_avx2} -mavx512f -mavx512bw -mavx512vl -mavx512dq)
# g++ 12 calls the undefined registers of its own AVX-512 header uninitialized.
list(APPEND EYELID_FLAGS_x86_avx512 $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized> $<$<CXX_COMPILER_ID:GNU>:-Wno-uninitialized>)
set(EYELID_FLAGS_x86_avx512_vbmi ${EYELID_FLAGS_x86_avx512} -mavx512vbmi)
set(EYELID_FLAGS_x86_avx512_bf16 ${EYELID_FLAGS_x86_avx512} -mavx512bf16)
set(EYELID_FLAGS_x86_avx512_vnni ${EYELID_FLAGS_x86_avx512} -mavx512vnni)
# g++ 12 moves so much out of the tiles of this one that their sums no longer fit the registers.
list(APPEND EYELID_FLAGS_x86_avx512_vnni $<$<CXX_COMPILER_ID:GNU>:-fno-gcse>
  $<$<CXX_COMPILER_ID:GNU>:-fno-tree-pre>)
set(EYELID_FLAGS_x86_avx_vnni ${EYELID_FLAGS_x86_avx2} -mavxvnni)
set(EYELID_FLAGS_arm_neon   "")
set(EYELID_FLAGS_arm_dotprod -march=armv8.2-a+dotprod)

if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  set(EYELID_X86 ON)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
  set(EYELID_ARM ON)
endif()

# Adds `source` to `target`, compiled for one instruction set. Skipped on other architectures.
function(eyelid_kernel_source target isa source)
  if((isa MATCHES "^x86" AND NOT EYELID_X86) OR (isa MATCHES "^arm" AND NOT EYELID_ARM))
    return()
  endif()
  # Optimized in a test program too: without, immediate operands are macros that convert.
  set_source_files_properties(${source} PROPERTIES
    COMPILE_OPTIONS "${EYELID_FLAGS_${isa}};$<$<CONFIG:Release>:-O3>" SKIP_PRECOMPILE_HEADERS ON)
  target_sources(${target} PRIVATE ${source})
endfunction()

# Adds a test source that runs an AVX-512 kernel through SIMDe (tests/support/avx512_through_simde.hpp)
# where SIMDe is installed; EYELID_HAS_SIMDE tells the tests.
find_path(EYELID_SIMDE_INCLUDE simde/x86/avx512.h)
function(eyelid_simde_test_source target source)
  if(NOT EYELID_X86 OR NOT EYELID_SIMDE_INCLUDE)
    return()
  endif()
  # SIMDe multiplies lanes as C does, so that what wraps in the processor is undefined in it; clang reports its pragmas that have
  # no effect, g++ 14 that registers of 64 bytes are passed in memory.
  set_source_files_properties(${source} PROPERTIES
    COMPILE_OPTIONS "${EYELID_FLAGS_x86_avx2};$<$<CONFIG:Release>:-O1>;-fno-sanitize=signed-integer-overflow;$<$<CXX_COMPILER_ID:Clang>:-Wno-pass-failed>;-Wno-psabi"
    SKIP_PRECOMPILE_HEADERS ON)
  target_sources(${target} PRIVATE ${source})
  target_compile_definitions(${target} PRIVATE EYELID_HAS_SIMDE)
endfunction()
