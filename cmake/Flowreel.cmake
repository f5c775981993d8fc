# Rules shared by every target: warnings, reproducible arithmetic, the precompiled header.

# flowreel_library(NAME sources...): a static library built by the rules of the house.
function(flowreel_library name)
  add_library(${name} STATIC ${ARGN})
  flowreel_rules(${name})
endfunction()

# flowreel_rules(TARGET): warnings are errors; no contraction of a*b+c, so bits do not depend on it.
function(flowreel_rules name)
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_compile_options(${name} PRIVATE -Wall -Wextra -Wpedantic -Werror -ffp-contract=off)
  # GCC 12 and 13 see overruns in inlined std::string code where there are none.
  target_compile_options(${name} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds -Wno-restrict
                                           -Wno-stringop-overflow -Wno-stringop-overread>)
  if(FLOWREEL_SANITIZE)
    target_compile_options(${name} PRIVATE -fsanitize=address,undefined -fno-sanitize-recover=all
                                           -fno-omit-frame-pointer)
    target_link_options(${name} PUBLIC -fsanitize=address,undefined)
  endif()
endfunction()

# flowreel_torch(TARGET): links LibTorch and uses the one precompiled header, built with the first user.
# Without OpenMP the templates of ATen/Parallel.h compile to serial loops, silently.
find_package(OpenMP REQUIRED COMPONENTS CXX)
function(flowreel_torch name)
  target_link_libraries(${name} PUBLIC torch OpenMP::OpenMP_CXX)
  if(TARGET flowreel_flow AND NOT name STREQUAL flowreel_flow)
    target_precompile_headers(${name} REUSE_FROM flowreel_flow)
  else()
    target_precompile_headers(${name} PRIVATE <ATen/ATen.h> <functional> <map> <memory> <string> <vector>)
  endif()
endfunction()
