# Torch's own package files demand a CUDA toolkit with nvcc when they come from a CUDA build. flowreel on a CPU
# needs only two libraries of it, so this stands in for them. tools/setup.sh points Torch_DIR here when that is
# the build that pip brought, and FLOWREEL_TORCH_ROOT at the folder with lib/ and include/.
if(NOT EXISTS "${FLOWREEL_TORCH_ROOT}/lib/libtorch_cpu.so")
  set(Torch_FOUND FALSE)
  set(Torch_NOT_FOUND_MESSAGE "FLOWREEL_TORCH_ROOT '${FLOWREEL_TORCH_ROOT}' has no lib/libtorch_cpu.so")
  return()
endif()
if(NOT TARGET torch)
  add_library(torch INTERFACE IMPORTED)
  target_include_directories(torch INTERFACE ${FLOWREEL_TORCH_ROOT}/include
                                             ${FLOWREEL_TORCH_ROOT}/include/torch/csrc/api/include)
  target_link_libraries(torch INTERFACE ${FLOWREEL_TORCH_ROOT}/lib/libtorch_cpu.so
                                        ${FLOWREEL_TORCH_ROOT}/lib/libc10.so)
endif()
set(TORCH_LIBRARIES torch)
set(Torch_FOUND TRUE)
