# tuner_add_plugin(name sources...) builds the plugin name.so: one exported symbol, nothing unresolved, no fast-math.
function(tuner_add_plugin name)
  set(exports "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/plugin_exports.map")
  add_library(${name} MODULE ${ARGN})
  target_link_libraries(${name} PRIVATE tuner::plugin_api)
  set_target_properties(${name} PROPERTIES
    PREFIX "" SUFFIX ".so"
    CXX_STANDARD 20 CXX_STANDARD_REQUIRED ON CXX_EXTENSIONS OFF
    CXX_VISIBILITY_PRESET hidden C_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    LINK_DEPENDS "${exports}")
  target_link_options(${name} PRIVATE "LINKER:--version-script=${exports}")
  # A sanitizer's runtime is found in the program at load time, so its symbols stay open in the plugin.
  if(NOT "${CMAKE_CXX_FLAGS} ${CMAKE_SHARED_LINKER_FLAGS} ${CMAKE_MODULE_LINKER_FLAGS}" MATCHES "-fsanitize")
    target_link_options(${name} PRIVATE "LINKER:-z,defs")
  endif()
  # EVAL, because a deferred call expands its arguments only when it runs, where ${name} is gone.
  cmake_language(EVAL CODE "cmake_language(DEFER CALL tuner_refuse_fast_math [[${name}]])")
endfunction()

# -ffast-math links crtfastmath.o, which changes the floating-point mode of the whole process that loads the plugin.
function(tuner_refuse_fast_math name)
  get_target_property(options ${name} COMPILE_OPTIONS)
  get_target_property(links ${name} LINK_OPTIONS)
  get_directory_property(everywhere COMPILE_OPTIONS)
  string(TOUPPER "${CMAKE_BUILD_TYPE}" build_type)
  set(flags "${options} ${links} ${everywhere} ${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${build_type}}")
  if(flags MATCHES "-ffast-math|-Ofast|-funsafe-math-optimizations")
    message(FATAL_ERROR "plugin '${name}' is compiled with ${CMAKE_MATCH_0} (it changes floating point for the whole "
                        "process). Remove it; -fno-math-errno -fno-trapping-math give most of the speed.")
  endif()
endfunction()
