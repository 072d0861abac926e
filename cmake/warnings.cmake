# How every target of the project is compiled. Linked as `collet_flags`.

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release)
endif()

add_library(collet_flags INTERFACE)
target_compile_definitions(collet_flags INTERFACE _GNU_SOURCE)
# No contraction into fused multiply-adds: a result depends on the source, not on the compiler.
target_compile_options(
    collet_flags INTERFACE -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes
                           -Wmissing-prototypes -ffp-contract=off -fno-math-errno)
if(COLLET_WERROR)
    target_compile_options(collet_flags INTERFACE -Werror)
endif()
if(COLLET_SANITIZE)
    target_compile_options(collet_flags INTERFACE -fsanitize=${COLLET_SANITIZE}
                                                  -fno-omit-frame-pointer
                                                  -fno-sanitize-recover=all)
    target_link_options(collet_flags INTERFACE -fsanitize=${COLLET_SANITIZE})
    target_compile_definitions(collet_flags INTERFACE COLLET_SANITIZED)
endif()
