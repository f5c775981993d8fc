# Writes TO from the template FROM with the commit of the sources in SOURCE, and only when it has changed: its short
# hash, "-dirty" behind it when a tracked file differs, or "unknown" where the sources are no git checkout.
set(COMMIT unknown)
execute_process(COMMAND git -C ${SOURCE} rev-parse --show-toplevel
                OUTPUT_VARIABLE top OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
get_filename_component(source "${SOURCE}" REALPATH)
if(failed STREQUAL 0 AND top STREQUAL source)  # not the checkout of somebody else around an unpacked archive
  execute_process(COMMAND git -C ${SOURCE} describe --always --dirty --abbrev=12 --exclude=*
                  OUTPUT_VARIABLE described OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  if(failed STREQUAL 0)
    set(COMMIT ${described})
  endif()
endif()
configure_file(${FROM} ${TO} @ONLY)
