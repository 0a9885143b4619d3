# The CUDA compiler and what is compiled with it; only with EYELID_CUDA. The runtime is linked statically: a
# machine without a driver then says so when asked for its devices, and needs no library.
if(EYELID_CUDA)
  if(NOT DEFINED CMAKE_CUDA_COMPILER AND EXISTS /usr/local/cuda/bin/nvcc)
    set(CMAKE_CUDA_COMPILER /usr/local/cuda/bin/nvcc)
  endif()
  if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
    set(CMAKE_CUDA_ARCHITECTURES 80-real 90)
  endif()
  enable_language(CUDA)
  find_package(CUDAToolkit REQUIRED)
  # nvcc needs a gigabyte: one at a time for every four of the machine.
  cmake_host_system_information(RESULT eyelid_memory_mb QUERY TOTAL_PHYSICAL_MEMORY)
  math(EXPR eyelid_cuda_jobs "1 + ${eyelid_memory_mb} / 4096")
  set_property(GLOBAL APPEND PROPERTY JOB_POOLS eyelid_cuda=${eyelid_cuda_jobs})
endif()

# (-std=c++20 by hand: CMake 3.25 does not know nvcc's flag for it.)
# Adds .cu files to `target`. Multiply-adds are fused in `FUSED` ones only (networks, whose results carry
# rounding anyway); elsewhere the floats are those of the CPU.
function(eyelid_cuda_sources target)
  cmake_parse_arguments(arg "" "" "FUSED;EXACT" ${ARGN})
  set_source_files_properties(${arg_EXACT} PROPERTIES COMPILE_OPTIONS --fmad=false)
  target_sources(${target} PRIVATE ${arg_FUSED} ${arg_EXACT})
  set_target_properties(${target} PROPERTIES
    CUDA_RUNTIME_LIBRARY Static JOB_POOL_COMPILE eyelid_cuda)
  target_compile_options(${target} PRIVATE
    $<$<COMPILE_LANGUAGE:CUDA>:-std=c++20;--expt-relaxed-constexpr;-Xptxas=-warn-spills>)
  target_link_libraries(${target} PRIVATE CUDA::cudart_static)
endfunction()
